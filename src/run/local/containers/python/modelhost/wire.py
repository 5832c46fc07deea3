"""HTTP/1.1 as far as a model server needs it: requests read off a socket piece by piece, answers as buffers to send."""

from http import HTTPStatus
from typing import Dict, List, Optional, Union

from .reply import Body, Reply

HEAD_LIMIT = 64 * 1024
# A body is given room as it comes: what a header claims is not believed at once.
FIRST_ROOM = 32 * 1024 * 1024


class Malformed(Exception):
    """What a client sent is no HTTP; the connection cannot be read any further."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Request:
    """One request; header names are in lower case."""

    __slots__ = ("method", "path", "headers", "body", "keep_alive", "too_large")

    def __init__(self, method: str, path: str, headers: Dict[str, str], keep_alive: bool) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.keep_alive = keep_alive
        self.body: Union[bytes, bytearray] = b""
        self.too_large = False


def parse_head(head: bytes) -> Request:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Malformed(400, "the request line is %r" % lines[0][:100])
    headers: Dict[str, str] = {}
    for line in lines[1:]:
        name, sign, value = line.partition(":")
        if not sign or name != name.strip():
            raise Malformed(400, "a header is %r" % line[:100])
        headers[name.lower()] = value.strip()
    connection = headers.get("connection", "").lower()
    keep_alive = connection != "close" if words[2] != "HTTP/1.0" else connection == "keep-alive"
    return Request(words[0], words[1].split("?", 1)[0], headers, keep_alive)


class Reader:
    """
    Requests out of a stream of bytes, with nothing read twice: a body of known length is received where it stays.
    One longer than the limit is read and thrown away, so that the client reads the refusal instead of a broken pipe.
    """

    def __init__(self, limit: Optional[int] = None) -> None:
        self.limit = limit
        self.rest = bytearray()
        self.request: Optional[Request] = None
        self.wants_continue = False
        self._body = bytearray()
        self._filled = 0
        self._length = 0
        # Of a chunked body: bytes to come of the chunk, None where its size is to come; -1 in the trailers.
        self._chunk: Optional[int] = None
        self._chunked = False

    def room(self) -> Optional[memoryview]:
        """Where the next bytes of a body of known length belong."""
        if self.request is None or self._chunked:
            return None
        if self.request.too_large:
            return memoryview(self._body)[: min(len(self._body), self._length - self._filled)]
        if self._filled == len(self._body):
            self._body += bytes(min(self._length, max(FIRST_ROOM, 2 * len(self._body))) - len(self._body))
        return memoryview(self._body)[self._filled :]

    def received(self, count: int) -> Optional[Request]:
        """`count` bytes have been put into the room."""
        self._filled += count
        return self._finish(self._body) if self._filled == self._length else None

    def feed(self, data: bytes) -> Optional[Request]:
        """Bytes that came where there was no room; gives the request that is whole with them."""
        self.rest += data
        return self.next()

    def next(self) -> Optional[Request]:
        """The next request of what is there already."""
        if self.request is None:
            end = self.rest.find(b"\r\n\r\n")
            if end < 0:
                if len(self.rest) > HEAD_LIMIT:
                    raise Malformed(431, "the headers are longer than %d bytes" % HEAD_LIMIT)
                return None
            # Some clients send an empty line after a body.
            head = bytes(self.rest[:end]).lstrip(b"\r\n")
            del self.rest[: end + 4]
            self._begin(parse_head(head))
            assert self.request is not None
        return self._more_chunks() if self._chunked else self._more_bytes()

    def _begin(self, request: Request) -> None:
        headers = request.headers
        self.request = request
        self.wants_continue = headers.get("expect", "").lower() == "100-continue"
        self._filled = 0
        self._chunk = None
        coding = headers.get("transfer-encoding", "").lower()
        if coding not in ("", "chunked", "identity"):
            raise Malformed(501, "the transfer coding is %r" % coding)
        self._chunked = coding == "chunked"
        length = headers.get("content-length", "0")
        # Longer numbers are none that int() would read.
        if not length.isdecimal() or len(length) > 18:
            raise Malformed(400, "the content length is %r" % length[:100])
        self._length = 0 if self._chunked else int(length)
        request.too_large = self.limit is not None and self._length > self.limit
        self._body = bytearray(65536 if request.too_large else min(self._length, FIRST_ROOM))

    def _more_bytes(self) -> Optional[Request]:
        taken = min(len(self.rest), self._length - self._filled)
        while taken > 0:
            room = self.room()
            assert room is not None
            count = min(taken, len(room))
            room[:count] = self.rest[:count]
            room.release()
            del self.rest[:count]
            self._filled += count
            taken -= count
        return self._finish(self._body) if self._filled == self._length else None

    def _more_chunks(self) -> Optional[Request]:
        request = self.request
        assert request is not None
        while True:
            if self._chunk is None or self._chunk == -1:
                end = self.rest.find(b"\r\n")
                if end < 0:
                    if len(self.rest) > HEAD_LIMIT:
                        raise Malformed(400, "the size of a chunk does not end")
                    return None
                line = bytes(self.rest[:end])
                del self.rest[: end + 2]
                if self._chunk == -1:
                    if line == b"":
                        return self._finish(self._body)
                    continue
                try:
                    size = int(line.split(b";", 1)[0], 16)
                except ValueError:
                    size = -1
                if size < 0:
                    raise Malformed(400, "the size of a chunk is %r" % line[:100])
                # The two bytes after a chunk are its end of line.
                self._chunk = size + 2 if size > 0 else -1
                continue
            taken = min(len(self.rest), self._chunk)
            content = min(taken, max(0, self._chunk - 2))
            if not request.too_large:
                self._body += self.rest[:content]
                request.too_large = self.limit is not None and len(self._body) > self.limit
                if request.too_large:
                    self._body = bytearray()
            del self.rest[:taken]
            self._chunk -= taken
            if self._chunk > 0:
                return None
            self._chunk = None

    def _finish(self, body: bytearray) -> Request:
        request = self.request
        assert request is not None
        self.request = None
        self._body = bytearray()
        self.wants_continue = False
        if not request.too_large:
            request.body = body
        return request


def answer(reply: Reply, keep_alive: bool, is_head: bool = False) -> List[Body]:
    """The buffers of an answer; the body's are sent from where they are."""
    phrase = reply.phrase
    if phrase is None:
        try:
            phrase = HTTPStatus(reply.status).phrase
        except ValueError:
            phrase = ""
    lines = ["HTTP/1.1 %d %s" % (reply.status, phrase)]
    if reply.content_type is not None:
        lines.append("Content-Type: " + reply.content_type)
    lines += ["%s: %s" % header for header in reply.headers]
    if reply.status != 204:
        lines.append("Content-Length: %d" % sum(memoryview(part).nbytes for part in reply.parts))
    if not keep_alive:
        lines.append("Connection: close")
    head = "\r\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines) + "\r\n\r\n"
    buffers: List[Body] = [head.encode("latin-1", "replace")]
    if not is_head and reply.status != 204:
        buffers += [part for part in reply.parts if len(part) > 0]
    return buffers
