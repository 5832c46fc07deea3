"""The host's processes: one that watches, and under it as many workers with a model each as the image would have."""

import logging
import os
import selectors
import signal
import socket
import stat
import sys
import threading
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional

from .channel import READS, READY, Client, give, say, split
from .families import Prepared, open_family
from .faults import trace
from .settings import Settings
from .user_code import CodeNotFound

log = logging.getLogger("modelhost")

# A worker that dies at every request is not started for ever.
RESTARTS = 10


def serve() -> int:
    """Runs until it is told to end, or whoever started it is gone."""
    family, ready_fd, port = (os.environ.pop(name, "") for name in OWN_VARIABLES)
    for stream in (sys.stdout, sys.stderr):
        # Whoever reads the log wants a line when it is written.
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    settings = Settings(os.environ)
    logging.basicConfig(
        stream=sys.stderr, level=settings.log_level, format="%(asctime)s %(levelname)s - %(name)s - %(message)s"
    )
    try:
        prepared = open_family(family, settings)
    except CodeNotFound as error:
        sys.stderr.write("%s\n" % error)
        return 1
    listener = socket.create_server(("127.0.0.1", int(port or 0)), backlog=128)
    return Watch(prepared, listener, ready_fd).run()


OWN_VARIABLES = ("SAGEMAKER_PIPELINES_MODEL_FAMILY", "SAGEMAKER_PIPELINES_READY_FD", "SAGEMAKER_PIPELINES_PORT")


class Worker:
    """What is known of a worker: the channel to it, whether its model is loaded, which clients it has."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.channel = channel
        self.said = bytearray()
        self.is_ready = False
        # Those it has read from are its own; the others are held here too, so that they outlive it.
        self.clients: Dict[int, Optional[Client]] = {}

    def take(self, client: Client) -> bool:
        """False when it cannot take any now, or never will again."""
        try:
            give(self.channel, client)
        except OSError:
            return False
        self.clients[client.number] = client
        return True

    def hear(self) -> bool:
        """Takes in all that it has said; False when it says nothing more, because it is dying."""
        while True:
            try:
                heard = self.channel.recv(4096)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not heard:
                return False
            self.said += heard
            for word, number in split(self.said):
                if word == READY:
                    self.is_ready = True
                    continue
                held = self.clients.pop(number, None)
                if held is not None:
                    held.socket.close()
                if word == READS:
                    self.clients[number] = None

    def unread(self) -> List[Client]:
        return [client for client in self.clients.values() if client is not None]


class Watch:
    """Starts the workers, gives each new client to the one with the fewest, and starts a worker anew when one dies."""

    def __init__(self, prepared: Prepared, listener: socket.socket, ready_fd: str) -> None:
        self.prepared = prepared
        self.listener = listener
        self.ready_fd = ready_fd
        self.workers: Dict[int, Worker] = {}
        self.is_ready = False
        self.restarts = 0
        self.numbered = 0
        # Clients that no worker could take yet.
        self.waiting: Deque[Client] = deque()
        # Its write end is this process's alone: a worker that reads its end knows that nobody watches any more.
        self.life, self.held = os.pipe()
        self.selector = selectors.DefaultSelector()

    def run(self) -> int:
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        ended: List[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _: ended.append(received))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(woken, selectors.EVENT_READ, "signal")
        if is_pipe(sys.stdin):
            self.selector.register(sys.stdin, selectors.EVENT_READ, "parent")
        self.listener.setblocking(False)
        self.start_worker()
        while True:
            for key, _ in self.selector.select():
                if key.data == "parent" and not os.read(key.fd, 4096):
                    return self.stop(0)
                if key.data == "signal":
                    os.read(key.fd, 4096)
                    if ended:
                        return self.stop(0)
                if key.data == "client":
                    self.welcome()
                if isinstance(key.data, Worker):
                    self.hear(key.data)
            failure = self.bury()
            if failure is not None:
                return self.stop(failure)

    def start_worker(self) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self.leave_to_worker()
            work(self.prepared.load, theirs, self.life)
        theirs.close()
        ours.setblocking(False)
        worker = Worker(pid, ours)
        self.workers[pid] = worker
        self.selector.register(ours, selectors.EVENT_READ, worker)

    def leave_to_worker(self) -> None:
        """In a new worker: what belongs to the one who watches is let go of."""
        os.close(self.held)
        if self.ready_fd and not self.is_ready:
            os.close(int(self.ready_fd))
        self.listener.close()
        for other in self.workers.values():
            other.channel.close()
            self.waiting.extend(other.unread())
        for client in self.waiting:
            client.socket.close()
        self.selector.close()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # Ctrl-C reaches the whole group: who watches ends the workers.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def hear(self, worker: Worker) -> None:
        is_alive = worker.hear()
        if worker.is_ready and not self.is_ready:
            self.is_ready = True
            self.report()
            # One model is loaded: the others are no surprise, and a fault would have been told once.
            for _ in range(1, self.prepared.workers):
                self.start_worker()
        if not is_alive:
            # Its end is noticed when the system reports it.
            self.forget(worker)
        self.place()

    def welcome(self) -> None:
        try:
            client, _ = self.listener.accept()
        except OSError:
            return
        self.numbered += 1
        self.waiting.append(Client(self.numbered, client))
        self.place()

    def place(self) -> None:
        """Gives those who wait to the workers with the fewest; while some wait, others stay in the listener's queue."""
        ready = [worker for worker in self.workers.values() if worker.is_ready]
        while self.waiting:
            fewest = sorted(ready, key=lambda worker: len(worker.clients))
            if not any(worker.take(self.waiting[0]) for worker in fewest):
                break
            self.waiting.popleft()
        for worker in ready:
            # A worker that is busy takes no more than its channel holds.
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.waiting else 0)
            self.selector.modify(worker.channel, events, worker)
        wanted = bool(ready) and not self.waiting
        if wanted != (self.listener in self.selector.get_map()):
            if wanted:
                self.selector.register(self.listener, selectors.EVENT_READ, "client")
            else:
                self.selector.unregister(self.listener)

    def forget(self, worker: Worker) -> None:
        """The clients from which it has read nothing are given to others; what it has read is gone with it."""
        if worker.channel.fileno() < 0:
            return
        worker.hear()
        worker.is_ready = False
        self.selector.unregister(worker.channel)
        worker.channel.close()
        self.waiting.extendleft(reversed(worker.unread()))
        worker.clients.clear()

    def report(self) -> None:
        line = "listening on 127.0.0.1:%d\n" % self.listener.getsockname()[1]
        if self.ready_fd:
            os.write(int(self.ready_fd), line.encode())
            os.close(int(self.ready_fd))
        else:
            sys.stdout.write(line)
            sys.stdout.flush()

    def bury(self) -> Optional[int]:
        """Takes note of workers that have died; gives an exit code when there is no going on."""
        while self.workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return 1
            if pid == 0:
                return None
            worker = self.workers.pop(pid, None)
            if worker is None:
                continue
            self.forget(worker)
            how = "signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "code %d" % os.WEXITSTATUS(status)
            self.restarts += 1
            if not self.is_ready or self.restarts > RESTARTS:
                log.error("a worker ended with %s%s", how, "" if self.is_ready else " before its model was loaded")
                return 1
            log.error("a worker ended with %s; the request it had is lost, another worker takes its place", how)
            self.start_worker()
            self.place()
        return None

    def stop(self, code: int) -> int:
        for pid in self.workers:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in self.workers:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass
        return code


def is_pipe(stream) -> bool:
    """Whether there is somebody at the other end of stdin whose end can be noticed; a terminal or /dev/null says nothing."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def work(load: Callable[[], Any], channel: socket.socket, life: int) -> None:
    """A worker's whole life; it never returns."""
    code = 1
    try:
        threading.Thread(target=end_with, args=(life,), daemon=True).start()
        replace_stdin()
        from .server import Server, as_service

        model = load()
        say(channel, READY)
        Server(channel, as_service(model), model.max_request_size).run()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(end.code + "\n")
        code = end.code if isinstance(end.code, int) else 1
    except CodeNotFound as error:
        sys.stderr.write("%s\n" % error)
    except BaseException as error:
        sys.stderr.write(trace(error))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 1)


def end_with(life: int) -> None:
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def replace_stdin() -> None:
    """The pipe to whoever started the host is watched by one process only; a model that reads stdin finds its end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
