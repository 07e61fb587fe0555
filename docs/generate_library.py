"""Writes docs/library.md: the standard library's modules, with the signature and docstring
of everything they export.

    python docs/generate_library.py

What is written comes from the loaded modules, so it is what `(doc name)` shows.  Sections
are those of the sources, `;; Section ------`.  Names whose docstring begins with
"Machinery:" are left out: only expansions and the library itself refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turmeric.assembly.loader import PRELUDE, library_directory, list_modules
from turmeric.assembly.session import Session
from turmeric.fronts.documentation import kind_name, signature
from turmeric.fronts.special_forms import SPECIAL_FORMS
from turmeric.vocabulary.namespace import Global, Module

PAGE = Path(__file__).parent / "library.md"
SECTION = re.compile(r"^;; (\S.*?) -{5,}$", re.MULTILINE)
MACHINERY = "Machinery:"

INTRODUCTION = """# The standard library

Generated from `stdlib/*.tur` by `docs/generate_library.py`; do not edit.

The names of the modules in the first list can be used without an import. The others are imported,
as in `(import json)`, and their names are then written `json.parse`. In the REPL,
`(doc name)` shows an entry of this page and `(source name)` the definition.
"""


def modules(session: Session) -> list[Module]:
    """The library's modules: those that need no import in the order they load, then the others by name."""
    others = sorted(entry[:-4] for entry in list_modules(library_directory()))
    names = [*PRELUDE, *(name for name in others if name not in PRELUDE)]
    return [session.loader.import_module(name) for name in names]


def public(module: Module) -> list[Global]:
    """What a module exports, in the order of the source."""
    found = [module.definitions[name] for name in module.exported()]
    return sorted(found, key=lambda each: (each.span.line, each.span.column, each.name) if each.span else (0, 0, ""))


def documented(module: Module) -> list[Global]:
    return [each for each in public(module) if not (each.doc or "").startswith(MACHINERY)]


def reference() -> str:
    """The text of the page."""
    found = modules(Session([]))
    parts = [INTRODUCTION, *contents(found), *special_forms()]
    for module in found:
        parts += module_page(module)
    return "\n".join(parts) + "\n"


def contents(found: list[Module]) -> Iterator[str]:
    """The lists of modules, each with what its source says it is."""
    for title, wanted in (("Without import", True), ("With import", False)):
        yield f"**{title}**\n"
        for module in found:
            if (module.name in PRELUDE) is wanted:
                yield f"- [{module.name}](#{module.name}): {subject(module).partition('. ')[0].removesuffix('.')}"
        yield ""


def subject(module: Module) -> str:
    """The comment at the top of a module's source."""
    lines: list[str] = []
    for line in source(module).splitlines():
        if not line.startswith(";; "):
            break
        lines.append(line.removeprefix(";; "))
    return " ".join(lines)


def source(module: Module) -> str:
    return (Path(library_directory()) / f"{module.name}.tur").read_text(encoding="utf-8")


def special_forms() -> Iterator[str]:
    yield "## special forms\n"
    yield "The forms that the expander itself knows; [language.md](language.md) describes them.\n"
    for shape, text in SPECIAL_FORMS.values():
        yield entry(shape, text)


def module_page(module: Module) -> Iterator[str]:
    """A module's heading and its definitions, by section."""
    yield f"## {module.name}\n"
    yield f"{subject(module)}\n"
    text = source(module)
    sections = [(text.count("\n", 0, each.start()) + 1, each[1]) for each in SECTION.finditer(text)]
    for definition in documented(module):
        line = definition.span.line if definition.span else 0
        while sections and sections[0][0] < line:
            _, title = sections.pop(0)
            if not sections or sections[0][0] > line:
                yield f"### {module.name}: {title[0].lower()}{title[1:]}\n"
        yield entry(signature(definition), f"{kind(definition)}{definition.doc}")


def kind(definition: Global) -> str:
    """What a definition is, where that is not a function."""
    name = kind_name(definition)
    return "" if name == "function" else f"*{name[0].upper()}{name[1:]}.* "


def entry(shape: str, text: str) -> str:
    """One item of a list: the signature, and what it does on the lines below."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return f"- `{shape}`\\\n" + "\n".join(f"  {line}" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
