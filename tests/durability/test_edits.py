"""The edit matrix: what `docs/changing-code.md` promises, in two processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.durability.edit_table import SITUATIONS
from tests.durability.edits import Edit, Job, Outcome, Situation, carry_out
from tests.durability.generated_edits import sweep

Outcomes = dict[str, Outcome]
CASES: dict[str, tuple[Situation, Edit, bool]] = {
    f"{situation.name}: {name}": (situation, edit, kind)
    for situation in SITUATIONS
    for edits, kind in (({"nothing": ()}, True), (situation.harmless, True), (situation.refused, False))
    for name, edit in edits.items()
}
"""By what is edited: where, how, and whether the saved state must still fit."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Every situation saved by one process, every edit of it resumed by another."""
    saving = {each.name: Job(["run", "shop.tur"], each.sources()) for each in SITUATIONS}
    assert len(saving) == len(SITUATIONS)
    saved = {name: made[1] for name, made in carry_out(saving, tmp_path_factory.mktemp("save"), seed=1).items()}
    resuming = {}
    for name, (situation, edit, _) in CASES.items():
        assert saved[situation.name] is not None, f"{situation.name} did not store itself"
        words = ["resume", "saved.bin", situation.given]
        resuming[name] = Job(words, situation.edited(edit), saved[situation.name])
    done = carry_out(resuming, tmp_path_factory.mktemp("resume"), seed=2)
    return {name: outcome for name, (outcome, _) in done.items()}


@pytest.mark.parametrize("case", CASES)
def test_edit(case: str, outcomes: Outcomes) -> None:
    situation, edit, fits = CASES[case]
    found = outcomes[case]
    if fits:
        assert (found.out, found.err, found.status) == (situation.expected(edit), "", 0)
    else:
        assert found.mismatch, found


def test_no_wrong_result_and_no_false_alarm(outcomes: Outcomes, record_property: Callable[[str, object], None]) -> None:
    """The figures: how many edits, and how many of them went wrong in which way."""
    changing = [outcomes[name] for name, (_, _, fits) in CASES.items() if not fits]
    harmless = [outcomes[name] for name, (_, _, fits) in CASES.items() if fits]
    wrong = sum(not found.mismatch for found in changing)
    alarms = sum(found.mismatch for found in harmless)
    print(f"edits {len(CASES)}, wrong {wrong}, false alarms {alarms}")
    record_property("edits", len(CASES))
    assert (wrong, alarms) == (0, 0)


def test_edits_made_at_random(tmp_path: Path) -> None:
    """A sample; `python -m tests.durability.generated_edits 5000` tries more."""
    figures = sweep(count=15, seed=7, each=6, directory=tmp_path)
    assert not figures.faults, figures.faults[0]
    assert figures.fitting > 20 and figures.edits - figures.fitting > 20
    print(figures)
