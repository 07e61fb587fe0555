"""Ways forward for saved state after an edit: `defmigration` and `defrename`."""

from __future__ import annotations

from collections.abc import Iterator

from turmeric.reading import declarations as kinds
from turmeric.reading.core import Call, Core, Lambda, Local, Parameters, Variable
from turmeric.reading.datums import span_of
from turmeric.reading.declarations import Declaration
from turmeric.reading.expander import Expander
from turmeric.reading.scope import Scope
from turmeric.reading.toplevel import top
from turmeric.vocabulary import namespace
from turmeric.vocabulary.errors import SourceError
from turmeric.vocabulary.lists import List
from turmeric.vocabulary.namespace import UNBOUND, Module
from turmeric.vocabulary.printer import write
from turmeric.vocabulary.structs import DataType
from turmeric.vocabulary.symbols import Symbol
from turmeric.vocabulary.vectors import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turmeric.vocabulary.spans import Span

MIGRATION_SHAPE = '(defmigration type "old version" (fn [fields] ...))'


@top("defmigration")
def top_defmigration(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(defmigration order "1.3.0" (fn [fields] ...))`; several versions stand in a vector."""
    parts = list(form.tail)
    if len(parts) != 3:
        raise expander.error(f"expected {MIGRATION_SHAPE}")
    type_ = migrated_type(expander, parts[0])
    versions = migrated_versions(expander, parts[1])
    if type_.module == expander.module.name and expander.module.declared_version in versions:
        current = expander.module.declared_version
        message = f"`{current}` is the version of this module now: give it another :version, then migrate from the old"
        raise expander.error(message, span=span_of(parts[1]))
    upgrade = one_argument(expander, expander.expand(parts[2], Scope()))
    upgrade.name = "migration"
    name = f"migration of {type_.name} from {' '.join(versions)}"
    yield Declaration(kinds.MIGRATION, name, {"": upgrade}, data=(type_.module, type_.name, versions))


def migrated_type(expander: Expander, datum: object) -> namespace.Global:
    """The struct, error, effect or constructor that a migration is for."""
    found = expander.resolve(datum, Scope()) if type(datum) is Symbol else None
    if found is None and type(datum) is Symbol:
        found = expander.member(datum)
    if not isinstance(found, namespace.Global) or found.kind != namespace.TYPE:
        near = namespace.nearest(write(datum), expander.known_types())
        hint = f"; did you mean `{near}`?" if near else ""
        raise expander.error(f"there is no type `{write(datum)}` to migrate{hint}", span=span_of(datum))
    value = found.value
    if type(value) is DataType:
        names = ", ".join(f"`{each.name}`" for each in value.constructors)
        raise expander.error(f"a migration is for one constructor of {found.name}: {names}", span=span_of(datum))
    return found


def migrated_versions(expander: Expander, datum: object) -> tuple[str, ...]:
    """`"1.3.0"` or `["1.2.0" "1.3.0"]`."""
    versions = list(datum) if isinstance(datum, Vector) else [datum]
    if not versions or not all(type(each) is str for each in versions):
        message = f"expected the version that wrote the bytes, a string, or a vector of them, got {write(datum)}"
        raise expander.error(message, span=span_of(datum))
    return tuple(str(each) for each in versions)


def one_argument(expander: Expander, made: Core) -> Lambda:
    """A function of the old fields; other expressions are called with them."""
    if not isinstance(made, Lambda):
        fields = Variable("fields")
        return Lambda("migration", Parameters([fields]), Call(made, [Local(fields)], made.span), made.span)
    params = made.params
    if (len(params.required) != 1 and not (params.rest is not None and not params.required)) or params.keys:
        raise expander.error(f"a migration is a function of one parameter, the old fields: {MIGRATION_SHAPE}")
    return made


@top("defrename")
def top_defrename(expander: Expander, form: List) -> Iterator[Declaration]:
    """`(defrename app.orders.process shop.orders.handle)`, or of whole modules."""
    parts = list(form.tail)
    if len(parts) != 2 or not all(type(part) is Symbol for part in parts):
        raise expander.error("expected (defrename old.name new.name), full names of definitions or modules")
    old, new = (write(part) for part in parts)
    if old == new:
        raise expander.error(f"`{old}` is renamed to itself")
    check_new(expander, new, span_of(parts[1]))
    check_old(expander, old, span_of(parts[0]))
    yield Declaration(kinds.RENAME, f"rename of {old}", data=(old, new))


def check_new(expander: Expander, new: str, span: Span | None) -> None:
    """The new name must be that of a module or of a definition, or be renamed on."""
    if new in expander.renamed or module_named(expander, new) is not None:
        return
    module, _, name = new.rpartition(".")
    home = module_named(expander, module) if module else None
    if home is None:
        raise expander.error(f"there is no module or definition `{new}` (a full name is module.name)", span=span)
    if name not in home.definitions:
        near = namespace.nearest(name, home.definitions)
        hint = f"; did you mean `{module}.{near}`?" if near else ""
        raise expander.error(f"the module {module} has no `{name}`{hint}", span=span)


def module_named(expander: Expander, name: str) -> Module | None:
    """The module of that name, loaded if it was not; None if there is none."""
    found = expander.modules(name)
    if found is not None:
        return found
    try:
        return expander.import_module(name)
    except SourceError as error:
        if error.name != "unknown-module":
            raise
        return None


def check_old(expander: Expander, old: str, span: Span | None) -> None:
    """Nothing may go by the old name any more."""
    module, _, name = old.rpartition(".")
    home = expander.modules(module) if module else None
    found = home.definitions.get(name) if home is not None else None
    taken = found is not None and (found.value is not UNBOUND or found.pending is not None)
    if taken or expander.modules(old) is not None:
        raise expander.error(f"`{old}` still exists: a name that is taken cannot be renamed", span=span)
