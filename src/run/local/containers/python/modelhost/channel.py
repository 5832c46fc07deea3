"""What the one who watches and a worker tell each other: clients go down, as open sockets; news of them comes back."""

import array
import socket
from typing import Optional

# A worker's words, a byte each: its model is loaded; a client has gone.
READY = b"+"
GONE = b"-"


def give(channel: socket.socket, client: socket.socket) -> None:
    rights = array.array("i", [client.fileno()])
    channel.sendmsg([b"c"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def take(channel: socket.socket) -> Optional[socket.socket]:
    """The next client; None when nobody gives any more."""
    size = array.array("i").itemsize
    said, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(size))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            rights = array.array("i")
            rights.frombytes(content[:size])
            return socket.socket(fileno=rights[0])
    if said:
        raise OSError("a client was lost on its way to its worker")
    return None
