"""Requests off a socket: however the bytes arrive, the same requests come out."""

import random

import pytest
from modelhost.reply import Reply
from modelhost.wire import Malformed, Reader, answer


def read_all(stream, sizes, limit=None):
    """Every request of a stream that arrives in pieces of these sizes."""
    reader, found, offset = Reader(limit), [], 0
    while offset < len(stream):
        piece = stream[offset : offset + next(sizes)]
        room = reader.room()
        if room is None:
            request = reader.feed(piece)
        else:
            piece = piece[: len(room)]
            with room:
                room[: len(piece)] = piece
            request = reader.received(len(piece))
        offset += len(piece)
        while request is not None:
            found.append(request)
            request = reader.next()
    return found


def chunked(body, sizes):
    parts, offset = [], 0
    while offset < len(body):
        chunk = body[offset : offset + next(sizes)]
        parts.append(b"%x;name=value\r\n%s\r\n" % (len(chunk), chunk))
        offset += len(chunk)
    return b"".join(parts) + b"0\r\nTrailer: there\r\n\r\n"


@pytest.mark.parametrize("seed", range(60))
def test_any_split_of_a_stream_gives_the_same_requests(seed):
    chance = random.Random(seed)
    sizes = iter(lambda: chance.choice([1, 2, 3, 7, 100, 5000]), None)
    bodies = [bytes(chance.choices(b"\r\n0a,", k=chance.choice([0, 1, 10, 3000]))) for _ in range(5)]
    stream = b""
    for body in bodies:
        head = b"POST /invocations?x=1 HTTP/1.1\r\nHost: h\r\ncontent-TYPE:  text/csv \r\n"
        if chance.random() < 0.5:
            stream += head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        else:
            stream += head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, sizes)
    found = read_all(stream, sizes)
    assert [bytes(request.body) for request in found] == bodies
    assert {(request.path, request.headers["content-type"]) for request in found} == {("/invocations", "text/csv")}


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_body_over_the_limit_is_passed_over_and_the_next_request_is_read(framing):
    sizes = iter(lambda: 1000, None)
    head = b"POST /invocations HTTP/1.1\r\n"
    large = b"x" * 200_000
    if framing == "length":
        stream = head + b"Content-Length: 200000\r\n\r\n" + large
    else:
        stream = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(large, sizes)
    found = read_all(stream + head + b"Content-Length: 2\r\n\r\nab", sizes, limit=100_000)
    assert [(request.too_large, bytes(request.body)) for request in found] == [(True, b""), (False, b"ab")]


@pytest.mark.parametrize(
    "head, status",
    [
        (b"GET /\r\n\r\n", 400),
        (b"GET / SPDY/3\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, 431),
    ],
)
def test_what_is_no_http_has_a_status(head, status):
    with pytest.raises(Malformed) as raised:
        Reader().feed(head)
    assert raised.value.status == status


def test_keep_alive_is_the_default_of_1_1_and_asked_for_in_1_0():
    heads = {
        b"GET / HTTP/1.1\r\n\r\n": True,
        b"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n": False,
        b"GET / HTTP/1.0\r\n\r\n": False,
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n": True,
    }
    assert {head: Reader().feed(head).keep_alive for head in heads} == heads


def test_no_header_of_an_answer_can_begin_another():
    reply = Reply(500, b"", "text/csv\r\nSet-Cookie: a", phrase="two\nlines")
    (head,) = answer(reply, keep_alive=True)
    lines = [b"HTTP/1.1 500 two lines", b"Content-Type: text/csv  Set-Cookie: a", b"Content-Length: 0"]
    assert head.split(b"\r\n") == [*lines, b"", b""]
