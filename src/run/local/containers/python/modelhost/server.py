"""A worker's loop: many connections, one model, one request at a time."""

import logging
import selectors
import socket
import time
from collections import deque
from typing import Any, Callable, Deque, Optional

from .channel import GONE, READS, Client, say, take
from .reply import Reply
from .wire import Malformed, Reader, Request, answer

Handle = Callable[[Request], Reply]

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
SEND_AT_ONCE = 16

log = logging.getLogger("modelhost")


class Connection:
    """A client's socket: what has been read of a request, what is still to be sent of an answer."""

    __slots__ = ("socket", "number", "is_read", "reader", "out", "closing", "events")

    def __init__(self, client: Client, limit: Optional[int]) -> None:
        self.socket = client.socket
        self.number = client.number
        self.is_read = False
        self.reader = Reader(limit)
        self.out: Deque[memoryview] = deque()
        self.closing = False
        self.events = READ


class Server:
    """Serves until its process ends."""

    def __init__(self, channel: socket.socket, handle: Handle, limit: Optional[int]) -> None:
        self.channel = channel
        self.handle = handle
        self.limit = limit
        self.selector = selectors.DefaultSelector()

    def run(self) -> None:
        self.selector.register(self.channel, READ)
        while True:
            for key, events in self.selector.select():
                if key.data is None:
                    client = take(self.channel)
                    if client is None:
                        return
                    self.welcome(client)
                elif key.data.socket.fileno() < 0:
                    # Closed by what came before it in the same round.
                    continue
                elif events & WRITE:
                    self.guard(key.data, self.write)
                else:
                    self.guard(key.data, self.read)

    def welcome(self, client: Client) -> None:
        client.socket.setblocking(False)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(client.socket, READ, Connection(client, self.limit))

    def guard(self, connection: Connection, act: Callable[[Connection], None]) -> None:
        try:
            act(connection)
        except (BlockingIOError, InterruptedError):
            pass
        except Malformed as error:
            reply = Reply(error.status, "%s\n" % error, "text/plain; charset=utf-8")
            self.send(connection, reply, keep_alive=False)
        except MemoryError:
            log.exception("a request was too large for this machine's memory")
            self.send(connection, Reply(507, "Out of resources\n", "text/plain; charset=utf-8"), keep_alive=False)
        except OSError:
            self.close(connection)

    def read(self, connection: Connection) -> None:
        if not connection.is_read:
            # Said before it is so: from here on nobody else could answer this client.
            connection.is_read = True
            say(self.channel, READS, connection.number)
        reader = connection.reader
        room = reader.room()
        if room is None:
            data = connection.socket.recv(1 << 18)
            count = len(data)
            request = reader.feed(data) if count > 0 else None
        else:
            with room:
                count = connection.socket.recv_into(room)
            request = reader.received(count) if count > 0 else None
        if count == 0:
            self.close(connection)
            return
        if request is not None:
            self.respond(connection, request)
        elif reader.wants_continue:
            reader.wants_continue = False
            connection.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def respond(self, connection: Connection, request: Request) -> None:
        reply = self.handle(request)
        keep_alive = request.keep_alive and not reply.close
        self.send(connection, reply, keep_alive, request.method == "HEAD")

    def send(self, connection: Connection, reply: Reply, keep_alive: bool, is_head: bool = False) -> None:
        connection.closing = not keep_alive
        # An array's buffer has items and dimensions; a socket counts bytes.
        connection.out.extend(memoryview(part).cast("B") for part in answer(reply, keep_alive, is_head))
        self.guard(connection, self.write)
        if connection.out:
            self.listen(connection, WRITE)

    def write(self, connection: Connection) -> None:
        out = connection.out
        while out:
            sent = connection.socket.sendmsg([out[index] for index in range(min(len(out), SEND_AT_ONCE))])
            while sent > 0:
                if sent < len(out[0]):
                    out[0] = out[0][sent:]
                    break
                sent -= len(out.popleft())
        if connection.closing:
            self.close(connection)
            return
        self.listen(connection, READ)
        request = connection.reader.next()
        if request is not None:
            self.respond(connection, request)

    def listen(self, connection: Connection, events: int) -> None:
        if connection.events != events and connection.socket.fileno() >= 0:
            connection.events = events
            self.selector.modify(connection.socket, events, connection)

    def close(self, connection: Connection) -> None:
        if connection.socket.fileno() < 0:
            return
        connection.out.clear()
        self.selector.unregister(connection.socket)
        # Whoever was refused in the middle of sending is told why before the connection breaks.
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        connection.socket.close()
        say(self.channel, GONE, connection.number)


def as_service(model: Any) -> Handle:
    """The routes of a model server; what it does not know is answered in its own words."""

    def invoke(request: Request) -> Reply:
        began = time.monotonic()
        reply = model.invoke(request)
        seconds = time.monotonic() - began
        # This machine is not the instance: being late is worth a word here, not a failure.
        if model.seconds_at_most is not None and seconds > model.seconds_at_most:
            log.warning(
                "an answer took %.1f s: the image gives up after %d s unless SAGEMAKER_MODEL_SERVER_TIMEOUT is larger",
                seconds,
                model.seconds_at_most,
            )
        return reply

    def handle(request: Request) -> Reply:
        if request.too_large:
            return model.too_large()
        if request.path == "/ping":
            return model.ping()
        if request.path == "/execution-parameters":
            return model.execution_parameters()
        if request.path == "/invocations":
            if request.method != "POST":
                return model.method_not_allowed()
            return invoke(request)
        return model.not_found()

    return handle
