"""An instance with all that belongs to it, out of a database and into one, as statements in one transaction."""

from __future__ import annotations

from turmeric.durability.instances.records import Checkpoint, Whole
from turmeric.durability.instances.stores import listing, owning, sharing, sql
from turmeric.durability.instances.stores.columns import blob_row, checkpoint_row, event_row
from turmeric.durability.instances.stores.work import Work


def whole(work: Work, id: str) -> Whole | None:
    work.share_blobs()
    work.lock([id])
    instance = listing.get(work, id)
    if instance is None:
        return None
    earlier = [each.number for each in listing.history(work, id) if each.number < instance.checkpoint.number]
    history = tuple(point for number in earlier if (point := listing.checkpoint(work, id, number)) is not None)
    roots = roots_of((*history, instance.checkpoint))
    blobs = sharing.reached(work, roots)
    sharing.must_be_there(work, roots.union(*(blob.references for blob in blobs.values())))
    keys = frozenset(key for (key,) in work.run(sql.KEYS, id))
    return Whole(instance, history, tuple(listing.events(work, id)), keys, tuple(blobs.values()))


def restore(work: Work, whole: Whole) -> bool:
    work.share_blobs()
    id = whole.instance.id
    if not owning.add(work, [whole.instance]):
        return False
    work.run_each(sql.PUT_BLOB, map(blob_row, sorted(whole.blobs, key=lambda blob: blob.name)))
    roots = roots_of((*whole.history, whole.instance.checkpoint))
    sharing.must_be_there(work, roots.union(*(blob.references for blob in whole.blobs)))
    work.run_each(sql.INSERT_HISTORY, ((id, *checkpoint_row(point)) for point in whole.history))
    for event in whole.events:
        work.run(sql.INSERT_EVENT, *event_row(event))
    for key in sorted(whole.keys - {event.key for event in whole.events}):
        work.run(sql.INSERT_EVENT, id, "", None, 0.0, key)  # as one that was taken
    return True


def roots_of(points: tuple[Checkpoint, ...]) -> set[bytes]:
    return {name for point in points for name in point.roots}
