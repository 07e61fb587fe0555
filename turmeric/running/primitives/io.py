"""The primitives of the module `io`: files, directories, the terminal, the process."""

from __future__ import annotations

import os
import sys

from turmeric.running.files import FileHandle, io_failure, open_file, reopen
from turmeric.running.handles import (
    decoded,
    encoded,
    flush,
    handle_of,
    read_all,
    read_bytes,
    read_line,
    seek,
    write_to,
)
from turmeric.running.replacing import replace_file
from turmeric.running.structure import short
from turmeric.running.world import require_world
from turmeric.vocabulary import lists, maps
from turmeric.vocabulary.errors import failure
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.symbols import keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

KINDS = (None, keyword("bytes"), keyword("string"))


def refused(action: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of a path raise `io-error` for what the system refuses."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def careful(path: str, *args: Any) -> Any:
            try:
                return function(path, *args)
            except (OSError, ValueError) as error:
                raise io_failure(action, path, error) from error

        return careful

    return wrap


# Whole files ----------------------------------------------------------------------------------


@refused("read")
def read_bytes_of(path: str) -> bytes:
    with open(path, "rb") as handle:
        return handle.read()


def read_file_as(path: str, kind: Any) -> str | bytes:
    """The content as a string if it is one, as bytes or as a string if that is asked."""
    if kind not in KINDS:
        raise failure("value-error", f"read-file knows :as :string and :as :bytes, not {short(kind)}", kind)
    data: bytes = read_bytes_of(path)
    if kind is KINDS[1]:
        return data
    if kind is KINDS[2]:
        return decoded(data, path)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def write_file(path: str, content: Any) -> None:
    refused("write")(replace_file)(path, encoded(content, "write-file"))


def append_file(path: str, content: Any) -> None:
    append_bytes(path, encoded(content, "append-file"))


@refused("append to")
def append_bytes(path: str, data: bytes) -> None:
    with open(path, "ab") as handle:
        handle.write(data)


@refused("list")
def list_directory(path: str) -> List:
    return lists.from_iterable(sorted(os.listdir(path)))


@refused("make the directory")
def make_directory(path: str) -> None:
    os.makedirs(path, exist_ok=True)


@refused("delete")
def delete_file(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)


# The terminal and the process -----------------------------------------------------------------


def read_input_line() -> str | None:
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.removesuffix("\n") if line else None


def line_of(*handle: FileHandle) -> str | bytes | None:
    """`read-line`: of standard input, if no file is given."""
    return read_line(*handle) if handle else read_input_line()


def write_error(text: str) -> None:
    """Write to standard error, after what was written to standard output."""
    sys.stdout.flush()
    sys.stderr.write(text)
    sys.stderr.flush()


def environment(name: Any = None, default: Any = None) -> Any:
    if name is None:
        return maps.from_pairs(sorted(os.environ.items()))
    if type(name) is not str:
        raise failure("type-error", f"env expects a string, got {short(name)}", name)
    return os.environ.get(name, default)


def leave(status: Any = 0) -> None:
    if type(status) is not int or not 0 <= status <= 255:
        raise failure("value-error", f"exit expects a status from 0 to 255, got {short(status)}", status)
    sys.stdout.flush()
    raise SystemExit(status)


TABLE: dict[str, Callable[..., Any]] = {
    "read-file-as": read_file_as,
    "write-file": write_file,
    "append-file": append_file,
    "delete-file": delete_file,
    "file-exists?": os.path.exists,
    "list-dir": lambda path=".": list_directory(path),
    "make-dir": make_directory,
    "open-file": lambda path, mode="r": open_file(path, mode),
    "file-handle?": lambda value: type(value) is FileHandle,
    "file-handle-path": lambda value: handle_of(value, "file-handle-path").path,
    "file-handle-mode": lambda value: handle_of(value, "file-handle-mode").mode,
    "file-handle-position": lambda value: handle_of(value, "file-handle-position").position(),
    "reopen-file": reopen,
    "read-line": line_of,
    "read-all": read_all,
    "read-bytes": read_bytes,
    "write-to": write_to,
    "seek": seek,
    "flush": flush,
    "close": lambda value: handle_of(value, "close").close(),
    "closed?": lambda value: handle_of(value, "closed?").closed,
    "read-input-line": read_input_line,
    "write-error": write_error,
    "args": lambda: require_world().args,
    "env": environment,
    "exit": leave,
}
