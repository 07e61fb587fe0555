"""PostgreSQL for tests: a server of our own in a temporary directory, on a free port of this machine.

    with running() as server:           # or: server = Server(directory); server.start(); ...; server.stop()
        server.url("orders")            # the address of a store, in the schema `orders`

`shared()` is one server for a whole run of pytest, or for each of its workers; it is stopped at the end of the
process.  Where PostgreSQL is not installed `Absent` says so.  A server is never run as root: PostgreSQL refuses.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from glob import glob
from pathlib import Path

PREFIX = "turmeric-postgres-"
UNPRIVILEGED = ("postgres", "nobody")
FAST = ("fsync=off", "full_page_writes=off")
"""Settings for tests that may end the server at any moment, but not the machine."""


class Absent(Exception):
    """PostgreSQL is not there, or cannot be started here."""


def program(name: str) -> str:
    """The path of one of PostgreSQL's own programs; the newest, where there are several."""
    versions = sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    found = versions[-1] if versions else shutil.which(name)
    if found is None:
        raise Absent(f"PostgreSQL is not installed: there is no {name} (Debian's package is `postgresql`)")
    return found


def user() -> str | None:
    """Whom the server is run as, if we are root."""
    if os.getuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Absent("a server of PostgreSQL cannot be run as root, and there is no other user")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server with its data in a directory, which is made.  `settings` are those of postgresql.conf."""

    def __init__(self, directory: Path, settings: tuple[str, ...] = FAST) -> None:
        self.directory = directory
        self.settings = settings
        self.port = free_port()
        self.programs = {name: program(name) for name in ("initdb", "pg_ctl")}
        self.user = user()
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.user is not None:
            shutil.chown(self.directory, self.user)
        self.run("initdb", "-D", self.data, "-U", "turmeric", "--auth=trust", "-E", "UTF8", "--no-sync")

    @property
    def data(self) -> str:
        return str(self.directory / "data")

    def run(self, name: str, *arguments: str) -> None:
        command = [self.programs[name], *arguments]
        if self.user is not None:
            command = ["setpriv", f"--reuid={self.user}", "--clear-groups", f"--regid={gid(self.user)}", *command]
        log = self.directory / "output.txt"
        with log.open("ab") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd=self.directory, check=False)
        if done.returncode != 0:
            raise Absent(f"{name} has failed: {log.read_text(errors='replace')[-2000:]}")

    def start(self) -> None:
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.directory}"]
        options = " ".join(f"-c {setting}" for setting in (*settings, "max_connections=200", *self.settings))
        self.run("pg_ctl", "-D", self.data, "-l", str(self.directory / "log.txt"), "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Modes: `smart`, `fast`, `immediate` (as after a crash)."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def url(self, schema: str | None = None, database: str = "postgres") -> str:
        """The address of a store over TCP."""
        address = f"postgresql://turmeric@127.0.0.1:{self.port}/{database}"
        return address if schema is None else f"{address}?schema={schema}"

    def socket_url(self, schema: str = "turmeric") -> str:
        """The address of a store over a socket of Unix."""
        return f"postgresql://turmeric@/postgres?host={self.directory}&port={self.port}&schema={schema}"


def gid(name: str) -> int:
    return pwd.getpwnam(name).pw_gid


def end_leftovers() -> None:
    """End the servers of processes that were killed before they could."""
    for directory in Path("/tmp").glob(f"{PREFIX}[0-9]*-*"):
        owner = int(directory.name.removeprefix(PREFIX).partition("-")[0])
        if Path("/proc/self").exists() and not Path(f"/proc/{owner}").exists():
            end_server_in(directory)


def end_server_in(directory: Path) -> None:
    """End a server at once, if it is one: a process that runs in that directory."""
    data = directory / "server" / "data"
    with suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        if Path(f"/proc/{pid}/cwd").resolve() == data.resolve():
            os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def running(settings: tuple[str, ...] = FAST) -> Iterator[Server]:
    """A server for a while.  Raises Absent."""
    end_leftovers()
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
    directory.chmod(0o711)
    try:
        server = Server(directory / "server", settings)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@cache
def shared_or_reason() -> Server | str:
    context = running()
    try:
        server = context.__enter__()
    except Absent as absent:
        return str(absent)
    process = os.getpid()
    atexit.register(lambda: context.__exit__(None, None, None) if os.getpid() == process else None)
    return server


def shared() -> Server:
    """The server of this process.  Raises Absent, each time for the same reason."""
    found = shared_or_reason()
    if isinstance(found, str):
        raise Absent(found)
    return found
