"""The statements that SQLite and PostgreSQL share, with words in place of what they write differently.

A statement is text like `SELECT state FROM $instances WHERE id = ? $for_update`; `Words.text` makes of it what
one database understands.  Instances, events, history and blobs are a table each.  The newest checkpoint of an
instance is in the instance's own row, so that the save of one that runs on is a single update; a table `history`
has the older ones of instances that keep all.

A fenced statement names the epoch of who writes, and that somebody holds the instance: a late owner changes nothing.
"""

from __future__ import annotations

from string import Template

CHECKPOINT = "number, kind, time, state, name, source, place, roots, wait, wait_name, wait_until"
"""Columns of a checkpoint: see `columns.py`."""
INSTANCE = (
    "id, function, created, version, parent, status, changed, due, owner, epoch, attempts, cancel,"
    f" outcome, outcome_payload, outcome_status, spent, result, keep, {CHECKPOINT}"
)
LISTED = (
    INSTANCE.replace("outcome, outcome_payload, outcome_status", "NULL, NULL, NULL")
    .replace("result", "NULL")
    .replace("state,", "NULL,")
)
"""Columns of an instance without what is large."""
FENCE = "id = ? AND epoch = ? AND status = 'running' AND owner IS NOT NULL"

# Owners write ---------------------------------------------------------------------------------

INSERT_INSTANCE = (
    f"INSERT INTO $instances ({INSTANCE}) VALUES ({', '.join('?' * (INSTANCE.count(',') + 1))})"
    " ON CONFLICT (id) DO NOTHING RETURNING id"
)
DUE = f"SELECT {INSTANCE} FROM $instances WHERE due <= ? ORDER BY due, id LIMIT ? $skip_locked"
ANY_DUE = "SELECT 1 FROM $instances WHERE due <= ? LIMIT 1"
DUE_AMONG = f"SELECT {INSTANCE} FROM $instances WHERE due <= ? AND $among ORDER BY due, id LIMIT ? $skip_locked"
CLAIM = (
    "UPDATE $instances SET status = 'running', owner = ?, due = ?, epoch = epoch + 1, attempts = attempts + 1,"
    " outcome = ?, outcome_payload = ?, outcome_status = ? WHERE id = ?"
)
WAIT_ON = "UPDATE $instances SET due = wait_until WHERE id = ?"

NEW_CHECKPOINT = (
    "UPDATE $instances SET number = ?, kind = ?, time = ?, state = ?, name = ?, source = ?, place = ?, roots = ?,"
    " changed = ?, version = ?, cancel = $greatest(cancel, ?), spent = ?, attempts = 0"
)
NO_WAIT = "wait = NULL, wait_name = NULL, wait_until = NULL"
NO_OUTCOME = "outcome = NULL, outcome_payload = NULL, outcome_status = NULL"
SAVE_RUNNING = (
    f"{NEW_CHECKPOINT}, {NO_WAIT}, outcome = CASE WHEN $greatest(cancel, ?) = 1 THEN 'cancelled' END,"
    f" outcome_payload = NULL, outcome_status = NULL, due = ? WHERE {FENCE} AND keep = 0 RETURNING cancel"
)
"""The save of an instance that runs on: it is this one statement.  That it is told now that it is cancelled is kept."""
SAVE_DECIDED = (
    f"{NEW_CHECKPOINT}, wait = ?, wait_name = ?, wait_until = ?,"
    f" outcome = ?, outcome_payload = ?, outcome_status = ?, due = ? WHERE {FENCE} RETURNING cancel"
)
SAVE_WAITING = (
    f"{NEW_CHECKPOINT}, wait = ?, wait_name = ?, wait_until = ?, {NO_OUTCOME}, status = 'waiting', owner = NULL,"
    f" due = CASE WHEN $greatest(cancel, ?) = 1 THEN 0 ELSE ? END WHERE {FENCE} RETURNING cancel"
)
"""One that was asked to cancel, and has not been told, is due at once."""
SAVE_SLEEPING = (
    f"{NEW_CHECKPOINT}, wait = 'timer', wait_name = NULL, wait_until = ?, {NO_OUTCOME}, status = 'waiting',"
    " owner = NULL, due = CASE WHEN $greatest(cancel, ?) = 1 THEN 0 ELSE ? END"
    f" WHERE {FENCE} AND keep = 0 RETURNING cancel"
)
"""The save of one that waits for a time: nothing else can be there already that it waits for."""
HELD = f"SELECT keep, number, cancel FROM $instances WHERE {FENCE} $for_update"
LOCKED = "SELECT id FROM $instances WHERE $among ORDER BY id $for_update"
KEEP_OLD = (
    f"INSERT INTO $history (instance, {CHECKPOINT}) SELECT id, {CHECKPOINT} FROM $instances WHERE id = ?"
    " ON CONFLICT (instance, number) DO NOTHING"
)
INSERT_HISTORY = (
    f"INSERT INTO $history (instance, {CHECKPOINT}) VALUES (?, {', '.join('?' * (CHECKPOINT.count(',') + 1))})"
)
FORGET_OLD = "DELETE FROM $history WHERE instance = ? AND number = ?"

END = (
    "UPDATE $instances SET status = ?, result = ?, changed = ?, spent = ?, owner = NULL, due = NULL,"
    " state = CASE WHEN keep = 1 THEN state END, roots = CASE WHEN keep = 1 THEN roots ELSE $empty END,"
    f" {NO_OUTCOME} WHERE {FENCE} RETURNING id"
)
FAIL = (
    "UPDATE $instances SET status = ?, result = ?, changed = ?, spent = ?, owner = NULL, due = NULL"
    f" WHERE {FENCE} RETURNING id"
)
DROP_EVENTS = "DELETE FROM $events WHERE instance = ?"
WAKE_PARENTS = (
    "UPDATE $instances SET due = 0 WHERE status = 'waiting' AND wait = 'instance' AND wait_name = ? RETURNING id"
)
RENEW = f"UPDATE $instances SET due = ? WHERE {FENCE} RETURNING id"
RELEASE = (
    f"UPDATE $instances SET owner = NULL, due = ?, attempts = $greatest(0, attempts - ?) WHERE {FENCE} RETURNING id"
)

# Others write ---------------------------------------------------------------------------------

STATUS = "SELECT status, result FROM $instances WHERE id = ?"
RECEIVER = "SELECT status, wait, wait_name FROM $instances WHERE id = ? $for_update"
INSERT_EVENT = (
    "INSERT INTO $events (instance, name, payload, time, key) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (instance, key) WHERE key IS NOT NULL DO NOTHING RETURNING number"
)
FIRST_EVENT = (
    "SELECT number, payload, key FROM $events WHERE instance = ? AND name = ? AND payload IS NOT NULL"
    " ORDER BY number LIMIT 1"
)
DROP_EVENT = "DELETE FROM $events WHERE number = ?"
EMPTY_EVENT = "UPDATE $events SET payload = NULL WHERE number = ?"
WAKE = "UPDATE $instances SET due = 0 WHERE id = ?"
CANCEL = (
    "UPDATE $instances SET cancel = 1, changed = ?, due = CASE WHEN status = 'waiting' THEN 0 ELSE due END"
    " WHERE id = ? AND cancel = 0 AND status IN ('running', 'waiting') RETURNING status"
)
RETRY = (
    "UPDATE $instances SET status = 'running', result = NULL, due = 0, attempts = 0, changed = ?"
    " WHERE id = ? AND (status = 'failed' OR status = 'running' AND owner IS NULL) RETURNING id"
)
REMOVE = "DELETE FROM $instances WHERE $among AND status IN ('done', 'failed', 'cancelled') RETURNING id"
REMOVE_EVENTS = "DELETE FROM $events WHERE $among"
REMOVE_HISTORY = "DELETE FROM $history WHERE $among"

# Blobs ----------------------------------------------------------------------------------------

PUT_BLOB = (
    "INSERT INTO $blobs (name, links, data) VALUES (?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET data = excluded.data, links = excluded.links"
)
"""A blob that is there already is written again: what was damaged is whole then."""
PRESENT = "SELECT name FROM $blobs WHERE $among"
BLOBS = "SELECT name, data, links FROM $blobs WHERE $among"
ROOTS = "SELECT roots FROM $instances WHERE roots <> $empty UNION ALL SELECT roots FROM $history WHERE roots <> $empty"
LINKS = "SELECT name, links FROM $blobs"
DROP_BLOBS = "DELETE FROM $blobs WHERE $among RETURNING length(data)"

# Reading --------------------------------------------------------------------------------------

GET = f"SELECT {INSTANCE} FROM $instances WHERE id = ? $for_update"
CREATED = "SELECT created, id FROM $instances WHERE id = ?"
COUNT = "SELECT status, count(*) FROM $instances GROUP BY status"
BRIEF = CHECKPOINT.replace("state", "NULL")
HISTORY = (
    f"SELECT {BRIEF} FROM $history WHERE instance = ? AND state IS NOT NULL UNION ALL"
    f" SELECT {BRIEF} FROM $instances WHERE id = ? AND state IS NOT NULL ORDER BY 1"
)
NUMBERED = (
    f"SELECT {CHECKPOINT} FROM $instances WHERE id = ? AND number = ? AND state IS NOT NULL UNION ALL"
    f" SELECT {CHECKPOINT} FROM $history WHERE instance = ? AND number = ? AND state IS NOT NULL"
)
EVENTS = (
    "SELECT instance, name, payload, time, key FROM $events WHERE instance = ? AND payload IS NOT NULL ORDER BY number"
)
KEYS = "SELECT key FROM $events WHERE instance = ? AND key IS NOT NULL"
FIRST_DUE = "SELECT min(due) FROM $instances WHERE due IS NOT NULL"


class Words:
    """How one database writes what the statements leave open; `marker` stands for a parameter."""

    def __init__(self, marker: str, **words: str) -> None:
        self.marker = marker
        self.words = words
        self.texts: dict[str, str] = {}

    def text(self, statement: str, **more: str) -> str:
        """A statement in the words of the database; it is kept, if there are no `more` words for this once."""
        if more:
            return self.put(statement, {**self.words, **more})
        found = self.texts.get(statement)
        if found is None:
            found = self.texts[statement] = self.put(statement, self.words)
        return found

    def put(self, statement: str, words: dict[str, str]) -> str:
        return Template(statement).substitute(words).replace("?", self.marker)
