"""Reading from and writing to open files: what the primitives of `io` do with a handle.

A closed file and whatever the system refuses are an `io-error`; anything else than a
file handle is a `type-error`.
"""

from __future__ import annotations

from turmeric.running.files import FileHandle, io_failure
from turmeric.running.structure import short
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def encoded(content: Any, name: str) -> bytes:
    """Strings as UTF-8, bytes as they are."""
    if type(content) is bytes:
        return content
    if type(content) is not str:
        raise failure("type-error", f"{name} expects a string or bytes, got {short(content)}", content)
    try:
        return content.encode()
    except UnicodeEncodeError as error:
        message = f"{name} cannot write half a surrogate pair, at index {error.start} of the string"
        raise failure("value-error", message, content) from error


def decoded(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"{path} is not valid UTF-8: {error.reason} at byte {error.start}"
        raise failure("io-error", message, path) from error



def handle_of(value: Any, name: str) -> FileHandle:
    if type(value) is not FileHandle:
        raise failure("type-error", f"{name} expects a file handle, got {short(value)}", value)
    return value


def on_handle(name: str, action: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of a file handle check it, and raise `io-error` for what is refused."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def careful(value: Any, *args: Any) -> Any:
            handle = handle_of(value, name)
            if handle.closed:
                raise failure("io-error", f"cannot {action} {handle.path}: the file is closed", handle.path)
            try:
                return function(handle, *args)
            except (OSError, ValueError) as error:
                raise io_failure(action, handle.path, error) from error

        return careful

    return wrap


@on_handle("read-line", "read")
def read_line(handle: FileHandle) -> str | bytes | None:
    line = handle.file.readline()
    if not line:
        return None
    line = line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line
    return line if handle.binary else decoded(line, handle.path)


@on_handle("read-all", "read")
def read_all(handle: FileHandle) -> str | bytes:
    data = handle.file.read()
    return data if handle.binary else decoded(data, handle.path)


@on_handle("read-bytes", "read")
def read_bytes(handle: FileHandle, count: int) -> bytes:
    if count < 0:
        raise failure("value-error", f"read-bytes expects a count of at least 0, got {count}", count)
    data: bytes = handle.file.read(count)
    return data


@on_handle("write-to", "write to")
def write_to(handle: FileHandle, content: Any) -> None:
    handle.file.write(encoded(content, "write-to"))


@on_handle("seek", "seek in")
def seek(handle: FileHandle, position: int) -> None:
    if position < 0:
        raise failure("value-error", f"seek expects a position of at least 0, got {position}", position)
    handle.file.seek(position)


@on_handle("flush", "write to")
def flush(handle: FileHandle) -> None:
    handle.file.flush()
