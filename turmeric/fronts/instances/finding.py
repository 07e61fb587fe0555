"""Instances by their ids: any beginning that only one of them has is enough."""

from __future__ import annotations

from turmeric.durability.instances.records import Query
from turmeric.fronts.instances.opening import address, ask
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from turmeric.durability.instances.records import Instance
    from turmeric.durability.instances.store import Store
    from turmeric.fronts.arguments import Arguments

PAGE = 5000
"""Instances that are asked for at once."""
SHORT = 8
"""Characters of a UUID that are shown, if they are enough."""
LISTED = 6
"""Instances that are named when a beginning is not enough."""


def full_id(store: Store, arguments: Arguments, given: str) -> str:
    """The id that begins so.  Raises value-error when there is none, or more than one."""
    if ask(store, "get", given) is not None:
        return given
    found = list(all_instances(store, Query(prefix=given))) if given else []
    if not found:
        raise failure("value-error", f"there is no instance {given} in the store {address(arguments)}", given)
    if len(found) > 1:
        named = ", ".join(f"{each.id} ({each.function}, {each.status})" for each in found[:LISTED])
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise failure("value-error", f"{len(found)} instances begin with {given}: {named}{more}", given)
    return found[0].id


def all_instances(store: Store, query: Query | None = None) -> Iterator[Instance]:
    """All instances that fit, the newest first, page by page."""
    from dataclasses import replace

    query = replace(query or Query(), limit=PAGE)
    while True:
        found = ask(store, "find", query)
        yield from found
        if len(found) < PAGE:
            return
        query = replace(query, after=found[-1].id)


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """For each id what is shown of it: of a UUID as much as tells it from the others."""
    every = sorted(ids)
    return {
        id: shortened(id, [every[near] for near in (place - 1, place + 1) if 0 <= near < len(every)])
        for place, id in enumerate(every)
    }


def shortened(id: str, beside: list[str]) -> str:
    if not is_uuid(id):
        return id
    length = SHORT
    while any(other[:length] == id[:length] for other in beside if other != id):
        length += 1
    return id[:length]


def short_id(id: str) -> str:
    """What is shown of one id."""
    return shortened(id, [])


def is_uuid(id: str) -> bool:
    return len(id) == 36 and id[8] == id[13] == id[18] == id[23] == "-"
