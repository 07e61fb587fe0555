"""Blobs, which many checkpoints share, as statements in one transaction: keep, collect, reach.

A save that brings blobs, or refers to some, holds off `collect` until it is committed; and it makes sure that all
it refers to is there.  So what `collect` finds unreachable nobody is about to refer to.
"""

from __future__ import annotations

from collections.abc import Iterable

from turmeric.durability.instances.records import Blob, Collected, Save
from turmeric.durability.instances.store import BlobsGone
from turmeric.durability.instances.stores import sql
from turmeric.durability.instances.stores.columns import blob_of, blob_row, split
from turmeric.durability.instances.stores.work import Work


def keep(work: Work, save: Save) -> None:
    """Keep the blobs of a save; all that it refers to must be there then.  They are written in the order of their
    names, as by everybody, so that two saves that bring the same ones never wait for each other."""
    roots = {*save.checkpoint.roots, *(name for each in save.starts for name in each.checkpoint.roots)}
    roots.update(name for blob in save.blobs for name in blob.references)
    must_be_there(work, roots - {blob.name for blob in save.blobs})
    work.run_each(sql.PUT_BLOB, map(blob_row, sorted(save.blobs, key=lambda blob: blob.name)))


def must_be_there(work: Work, names: set[bytes]) -> None:
    """Raises BlobsGone unless all these blobs are there; they stay until the end of the transaction."""
    if not names:
        return
    work.share_blobs()
    gone = names - {name for (name,) in work.among(sql.PRESENT, "name", list(names))}
    if gone:
        raise BlobsGone(f"{len(gone)} blobs are not there any more, one is {min(gone).hex()}")


def collect(work: Work) -> Collected:
    work.own_blobs()
    links = {name: split(row) for name, row in work.run(sql.LINKS)}
    reached: set[bytes] = set()
    left = [name for (row,) in work.run(sql.ROOTS) for name in split(row)]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left.extend(links.get(name, ()))
    sizes = [size for (size,) in work.among(sql.DROP_BLOBS, "name", [name for name in links if name not in reached])]
    return Collected(len(sizes), sum(sizes))


def reached(work: Work, roots: Iterable[bytes]) -> dict[bytes, Blob]:
    """Blobs and all that they lead to, level by level."""
    found: dict[bytes, Blob] = {}
    level = set(roots)
    while level:
        blobs = [blob_of(row) for row in work.among(sql.BLOBS, "name", list(level))]
        found.update({blob.name: blob for blob in blobs})
        level = {name for blob in blobs for name in blob.references} - found.keys()
    return found
