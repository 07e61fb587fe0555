"""`tur export` and `tur import`: an instance as a file, from one store to another."""

from __future__ import annotations

import sys

from turmeric.durability.instances import exporting
from turmeric.durability.instances.records import RUNNING
from turmeric.fronts.instances.finding import full_id
from turmeric.fronts.instances.opening import address, ask, kept_store
from turmeric.fronts.instances.sending import service_without_program
from turmeric.fronts.saved import read_bytes
from turmeric.fronts.statuses import OK
from turmeric.fronts.tabular import counted
from turmeric.vocabulary.errors import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.fronts.arguments import Arguments

ENDING = ".tur-instance"


def export(arguments: Arguments) -> int:
    """Write an instance to a file, sealed; it stays in its store."""
    from turmeric.running.replacing import replace_file

    service = service_without_program(arguments)
    id = full_id(service.store, arguments, arguments.operands[0])
    whole = ask(service.store, "whole", id)
    data = exporting.exported(service.seals, whole)
    path = arguments.options.get("--to") or id.replace("/", "_") + ENDING
    try:
        replace_file(path, data, private=True)
    except OSError as error:
        raise failure("io-error", f"cannot write {path}: {error.strerror}", path) from error
    print(f"{path}: the instance {id}, {whole.instance.status}, {counted(len(data), 'byte')}")
    if whole.instance.status == RUNNING and whole.instance.owner is not None:
        print(f"tur: {whole.instance.owner} runs it meanwhile; the file has its last checkpoint", file=sys.stderr)
    return OK


def bring(arguments: Arguments) -> int:
    """Put an instance from a file into a store that has none of its id; it goes on there."""
    from turmeric.durability.instances.seals import Seals
    from turmeric.durability.sealed.keyfiles import configured

    whole = exporting.imported(Seals(configured()), read_bytes(arguments.operands[0]))
    store = kept_store(arguments)
    if not ask(store, "restore", whole):
        id = whole.instance.id
        raise failure("value-error", f"there is an instance {id} in the store {address(arguments)} already", id)
    print(whole.instance.id)
    return OK
