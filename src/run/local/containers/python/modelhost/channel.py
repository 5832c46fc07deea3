"""What the one who watches and a worker tell each other: clients go down, as open sockets; news of them comes back."""

import array
import socket
import struct
from typing import List, NamedTuple, Optional, Tuple

# What a worker says: its model is loaded; it reads from a client for the first time; a client has gone.
READY = b"+"
READS = b"r"
GONE = b"-"

CLIENT = struct.Struct("!I")
WORD = struct.Struct("!cI")


class Client(NamedTuple):
    """A connection and the number that it has between the two."""

    number: int
    socket: socket.socket


def give(channel: socket.socket, client: Client) -> None:
    rights = array.array("i", [client.socket.fileno()])
    channel.sendmsg([CLIENT.pack(client.number)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


def take(channel: socket.socket) -> Optional[Client]:
    """The next client; None when nobody gives any more."""
    size = array.array("i").itemsize
    said, ancillary, _, _ = channel.recvmsg(CLIENT.size, socket.CMSG_SPACE(size))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            rights = array.array("i")
            rights.frombytes(content[:size])
            return Client(CLIENT.unpack(said)[0], socket.socket(fileno=rights[0]))
    if said:
        raise OSError("a client was lost on its way to its worker")
    return None


def say(channel: socket.socket, word: bytes, number: int = 0) -> None:
    channel.sendall(WORD.pack(word, number))


def split(said: bytearray) -> List[Tuple[bytes, int]]:
    """Takes the whole words off the front of what has been heard."""
    whole = len(said) - len(said) % WORD.size
    words = list(WORD.iter_unpack(bytes(said[:whole])))
    del said[:whole]
    return words
