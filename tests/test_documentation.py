"""Every snippet in the README, in docs/ and in the examples' READMEs runs and gives what is shown.

How a snippet is marked, and what is done with it, is in `snippets.py`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from shells import PROJECT
from snippets import Trial, blocks_of, write_file

DOCUMENTS = [
    PROJECT / "README.md",
    *sorted(PROJECT.glob("docs/**/*.md")),
    *sorted(PROJECT.glob("examples/*/README.md")),
]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def name_of(document: Path) -> str:
    return document.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_snippets(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of an example is tried beside the example's files."""
    directory = tmp_path / "work"
    if document.is_relative_to(PROJECT / "examples"):
        shutil.copytree(document.parent, directory, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        directory.mkdir()
    monkeypatch.chdir(directory)
    blocks = blocks_of(document.read_text(encoding="utf-8"))
    for block in reversed([block for block in blocks if block.file]):  # of two texts of a file the first is there first
        write_file(directory, block)
    trial = Trial(name_of(document), directory)
    for block in blocks:
        trial.try_block(block)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_files_are_used(document: Path) -> None:
    """What is shown as a file's content is tried by a command or an import, not only written."""
    blocks = blocks_of(document.read_text(encoding="utf-8"))
    for block in blocks:
        if block.file:
            stem = Path(block.file).stem
            assert any(re.search(rf"\b{re.escape(stem)}\b", other.text) for other in blocks if other is not block), (
                f"{name_of(document)}:{block.line}: nothing uses {block.file}"
            )


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links(document: Path) -> None:
    """What a link points to is in the project."""
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []
