"""What changed from one message to another: frames, variables, values."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest

from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.format.entries import ModuleRow
from turmeric.durability.format.message import Message
from turmeric.durability.reports.comparison import compare
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.digests import Digests

DEFINITIONS = """
(struct pair [left right])
(defn wait [] (cloneable-shift [k] k))
(defn inner [x] (list (wait) x))
(defn outer [x y] (let [a (list (inner x) y) b (list (inner y) a)] (list (wait) a b)))
"""


def messages(*texts: str) -> list[Message]:
    """The messages of several expressions of one session."""
    session = Session()
    session.evaluate(DEFINITIONS)
    return [Message(session.evaluate(f"(serialize {text})")) for text in texts]


def compared(*texts: str) -> dict[str, Any]:
    before, after = [Contents(message) for message in messages(*texts)]
    return compare(before, after)


def changes(*texts: str) -> list[tuple[str, str, str | None, str | None]]:
    """The changes between two values: what, path, before, after."""
    found = compared(*texts)["changes"]
    return [(each["change"], each["path"], each.get("before"), each.get("after")) for each in found]


CASES: dict[str, tuple[str, str, list[tuple[str, str, str | None, str | None]]]] = {
    "nothing": ("{:a [1 2]}", "{:a [1 2]}", []),
    "a scalar": ("1", "1.0", [("changed", "", "1", "1.0")]),
    "a boolean is no number": ("[true]", "[1]", [("changed", "element 0", "true", "1")]),
    "an element": ("[1 2 3]", "[1 5 3]", [("changed", "element 1", "2", "5")]),
    "an element before the others": ("[1 2]", "[0 1 2]", [("added", "element 0", None, "0")]),
    "an element after the others": ("(list 1 2)", "(list 1 2 3)", [("added", "element 2", None, "3")]),
    "an element that is gone": ("[1 2 3]", "[1 3]", [("removed", "element 1", "2", None)]),
    "an entry": ("{:a 1 :b 2}", "{:b 3 :c 4}",
        [("removed", "key :a", "1", None), ("added", "key :c", None, "4"), ("changed", "key :b", "2", "3")]),
    "a set": ("#{1 2}", "#{2 3}", [("removed", "an element", "1", None), ("added", "an element", None, "3")]),
    "a field inside": ("[(pair 1 {:k (pair 2 3)})]", "[(pair 1 {:k (pair 2 4)})]",
        [("changed", "element 0 -> field right -> key :k -> field right", "3", "4")]),
    "a cell": ("(ref [1])", "(ref [2])", [("changed", "contents of the ref -> element 0", "1", "2")]),
    "another kind": ("{:a [1]}", "{:a (list 1)}", [("changed", "key :a", "[1]", "(1)")]),
    "the order of keys": ("{:a 1 :b 2}", "{:b 2 :a 1}", [("changed", "", "{:a 1, :b 2}", "{:b 2, :a 1}")]),
    "long text": ('"the long text number 1"', '"the long text number 2"',
        [("changed", "", '"the long text number 1"', '"the long text number 2"')]),
    "what is shared, once": ("(let [r (ref 1)] [r r])", "(let [r (ref 2)] [r r])",
        [("changed", "element 0 -> contents of the ref", "1", "2")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_values(case: str) -> None:
    before, after, expected = CASES[case]
    assert changes(before, after) == expected


def test_circles_are_compared_to_their_ends() -> None:
    circle = "(let [r (ref nil)] (set-ref! r [r {}]) r)"
    assert changes(circle.format(1), circle.format(1)) == []
    (change,) = changes(circle.replace("{}", "1"), circle.replace("{}", "2"))
    assert change == ("changed", "contents of the ref -> element 1", "1", "2")


def test_frames_that_wait_at_the_same_point_are_common() -> None:
    found = compared("(reset (outer 1 2))", "(reset (outer 5 2))")
    assert found["frames"] == {"common": 2, "moved": [], "popped": [], "pushed": []}
    (change,) = found["changes"]
    assert change["path"].startswith("frame 1, user.inner (") and change["path"].endswith("-> variable x")
    assert (change["before"], change["after"], found["same"]) == ("1", "5", False)


def test_a_frame_that_went_on_and_what_was_above_it() -> None:
    found = compared("(reset (outer 1 2))", "(resume (reset (outer 1 2)) 7)")
    frames = found["frames"]
    assert frames["common"] == 1
    assert [each.split(" (")[0] for each in frames["popped"]] == ["frame 1, user.inner"]
    assert [each.split(" (")[0] for each in frames["pushed"]] == ["frame 1, user.inner"]
    (moved,) = frames["moved"]
    assert moved["frame"].startswith("frame 2, user.outer") and moved["before"] != moved["after"]
    changed = [(each["change"], each["path"].rpartition(" ")[2]) for each in found["changes"]]
    assert changed == [("removed", "y"), ("added", "a")]


def test_a_continuation_and_a_value() -> None:
    found = compared("(reset (outer 1 2))", "[1]")
    assert [each["change"] for each in found["changes"]] == ["changed"]


def test_versions_of_modules() -> None:
    before, after = messages("(pair 1 2)", "(pair 1 2)")
    after.claims = copy(before.claims)  # which may be kept for other messages
    after.claims.modules = [ModuleRow(row.name, row.file, "2.0") for row in before.claims.modules]
    found = compare(Contents(before), Contents(after))
    assert [each["after"] for each in found["modules"]] == ["2.0"]
    assert not found["same"]


def test_many_changes_are_counted() -> None:
    found = compared("(vec (range 0 600))", "(vec (range 1 601))")
    assert [(each["change"], each["path"]) for each in found["changes"]] == [
        ("removed", "element 0"),
        ("added", "element 599"),
    ]
    found = compared("(vec (range 0 3000))", "(vec (map (fn [n] (* n n)) (range 2 3002)))")
    assert (len(found["changes"]), found["more_changes"]) == (1000, 2000)


def test_digests_do_not_depend_on_places_in_the_heap() -> None:
    """The same value, met after another one."""
    alone, later = [Contents(message) for message in messages("[(pair 1 [(ref 2)])]", "[[9] (pair 1 [(ref 2)])]")]
    first, second = alone.heap[0][1], later.heap[0][2]
    assert first != second
    assert Digests(alone).of(first) == Digests(later).of(second)


def test_deep_values_are_compared_without_recursion() -> None:
    deep = "(reduce (fn [inside n] [inside]) {} (range 0 100000))"
    (change,) = compared(deep.replace("{}", "1"), deep.replace("{}", "2"))["changes"]
    assert change["path"].count("element 0") == 100000


def test_every_tag_can_be_compared() -> None:
    """The head of a row has nothing of numbers that depend on the message."""
    for message in messages("(reset (try (binding [] (outer 1 2)) (catch [e] e)))", "[(fn [x] x) map 'a :b #b\"x\"]"):
        digests = Digests(Contents(message))
        assert all(type(digests.head(row)) is bytes for row in message.heap if row[0] != wire.FRAMES)
