"""Sockets as resources: by their address.

A socket that listens is bound to the same address again, and listens.  A connected one
connects to the same address again; what was on its way is lost, as it is when a connection
breaks.  One that was closed stays closed, and one that is neither is made anew.
"""

from __future__ import annotations

from turmeric.vocabulary import vectors
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

CLOSED, IDLE, BOUND, LISTENING, CONNECTED = "closed", "idle", "bound", "listening", "connected"
STATES = (CLOSED, IDLE, BOUND, LISTENING, CONNECTED)


def token(value: socket.socket) -> Vector:
    """[state, family, type, protocol, timeout, may the address be in use, address]."""
    import socket

    state, address = CLOSED, None
    reuse = False
    if value.fileno() >= 0:
        state, address = state_of(value)
        reuse = value.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) != 0
    parts = (state, int(value.family), int(value.type), value.proto, value.gettimeout(), reuse, plain(address))
    return vectors.from_iterable(parts)


def state_of(value: socket.socket) -> tuple[str, Any]:
    """What an open socket does, and the address that goes with it."""
    import socket

    if value.type == socket.SOCK_STREAM and value.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return LISTENING, value.getsockname()
    try:
        return CONNECTED, value.getpeername()
    except OSError:
        own = value.getsockname()
    bound = own[1] != 0 if type(own) is tuple else bool(own)
    return (BOUND, own) if bound else (IDLE, None)


def plain(address: Any) -> Any:
    return vectors.from_iterable(address) if type(address) is tuple else address


def acquire(parts: Any) -> Any:
    """A socket of a token; `io-error` when the address cannot be had."""
    import socket

    state, family, type_, protocol, timeout, reuse, address = parts
    if state not in STATES:
        raise ValueError("no state of a socket")
    made = socket.socket(family, type_, protocol)
    try:
        made.settimeout(timeout)
        if reuse:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        put_into(made, state, tuple(address) if isinstance(address, Vector) else address)
    except OSError as error:
        made.close()
        reason = error.strerror or str(error)
        shown = ":".join(map(str, address)) if isinstance(address, Vector) else str(address)
        raise failure("io-error", f"cannot have the {state} socket at {shown} again: {reason}", address) from error
    except BaseException:
        made.close()
        raise
    return made


def put_into(made: socket.socket, state: str, address: Any) -> None:
    if state == CLOSED:
        made.close()
    elif state == CONNECTED:
        made.connect(address)
    elif state != IDLE:
        made.bind(address)
        if state == LISTENING:
            made.listen()
