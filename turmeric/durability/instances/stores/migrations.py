"""The schema of the stores in databases, as numbered steps: a store of an older release is brought up to date when
it is opened, one of a newer release is refused.

A step that has been released is never changed; what comes later is a step of its own.
"""

from __future__ import annotations

from turmeric.durability.instances.store import StoreError
from turmeric.durability.instances.stores.work import Work

FIRST = (
    """CREATE TABLE $instances (
        id $id NOT NULL PRIMARY KEY, function TEXT NOT NULL, version TEXT NOT NULL, parent $id, status TEXT NOT NULL,
        created $real NOT NULL, changed $real NOT NULL, due $real, owner TEXT, epoch $integer NOT NULL,
        attempts $integer NOT NULL, cancel $integer NOT NULL, spent $real NOT NULL, keep $integer NOT NULL,
        outcome TEXT, outcome_status TEXT, wait TEXT, wait_name $id, wait_until $real,
        number $integer NOT NULL, kind TEXT NOT NULL, time $real NOT NULL, name TEXT, source TEXT, place $integer,
        roots $bytes NOT NULL, outcome_payload $bytes, result $bytes, state $bytes) $roomy""",
    "CREATE INDEX ${prefix}instances_due ON $instances (due) WHERE due IS NOT NULL",
    "CREATE INDEX ${prefix}instances_status ON $instances (status, created, id)",
    "CREATE INDEX ${prefix}instances_created ON $instances (created, id)",
    "CREATE INDEX ${prefix}instances_parent ON $instances (parent) WHERE parent IS NOT NULL",
    """CREATE INDEX ${prefix}instances_awaited ON $instances (wait_name)
        WHERE status = 'waiting' AND wait = 'instance'""",
    """CREATE TABLE $history (
        instance $id NOT NULL, number $integer NOT NULL, kind TEXT NOT NULL, time $real NOT NULL, name TEXT,
        source TEXT, place $integer, wait TEXT, wait_name TEXT, wait_until $real, roots $bytes NOT NULL, state $bytes,
        PRIMARY KEY (instance, number))""",
    """CREATE TABLE $events (
        number $serial, instance $id NOT NULL, name TEXT NOT NULL, time $real NOT NULL, key TEXT, payload $bytes)""",
    "CREATE INDEX ${prefix}events_named ON $events (instance, name, number)",
    "CREATE UNIQUE INDEX ${prefix}events_key ON $events (instance, key) WHERE key IS NOT NULL",
    "CREATE TABLE $blobs (name $bytes NOT NULL PRIMARY KEY, links $bytes NOT NULL, data $bytes NOT NULL)",
)
"""The columns that are short come first: SQLite finds them without reading what is large."""

MIGRATIONS: list[tuple[str, ...]] = [FIRST]

CREATE_VERSION = "CREATE TABLE IF NOT EXISTS $schema (version $integer NOT NULL)"
READ_VERSION = "SELECT max(version) FROM $schema"
WRITE_VERSION = "INSERT INTO $schema (version) VALUES (?)"


def is_current(version: int | None, url: str) -> bool:
    """Whether a store with that version of the schema can be used as it is.  Raises StoreError for a newer one."""
    if version is not None and version > len(MIGRATIONS):
        raise StoreError(
            f"the store {url} was written by a newer release of Turmeric: its schema has version {version},"
            f" this release knows those up to {len(MIGRATIONS)}; use that release, or a newer one"
        )
    return version == len(MIGRATIONS)


def migrate(work: Work, url: str) -> None:
    """Bring the schema up to date.  Nobody else may do so until the end of the transaction: it is looked at again,
    since somebody may have been first."""
    work.run(CREATE_VERSION)
    version: int | None = work.run(READ_VERSION)[0][0]
    if is_current(version, url):
        return
    for number, statements in enumerate(MIGRATIONS[version or 0 :], (version or 0) + 1):
        for statement in statements:
            work.run(statement)
        work.run(WRITE_VERSION, number)
