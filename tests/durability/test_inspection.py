"""Looking into messages: paths, sizes, sharing; everything that does not fit, with its paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from turmeric.assembly.session import Session
from turmeric.durability.format import wire
from turmeric.durability.format.message import Message
from turmeric.durability.reports import brief, insides
from turmeric.durability.reports.against import fit_of
from turmeric.durability.reports.contents import Contents
from turmeric.durability.reports.inspection import describe
from turmeric.durability.reports.origins import Origins
from turmeric.durability.reports.trails import Trails
from turmeric.durability.saving import deserialize
from turmeric.durability.stores.blobs import MemoryBlobs
from turmeric.durability.stores.incremental import Saver
from turmeric.vocabulary.errors import TurmericError
from turmeric.vocabulary.report import report

PROGRAM = """
(module shop :version "1.0")
(struct item [name : string, price : int64])
(struct wrapped [thing])
(instance Serializable wrapped (serialize [w] (.thing w)) (deserialize [b] (wrapped b)))
(defn helper [x] (* x 2))
(defn ask [] (cloneable-shift [k] (write-file "saved.bin" (serialize k))))
(defn total [items tax discount late]
  (ask)
  (list tax items (discount tax) (late tax)))
(defn main []
  (let [n 10
        items [(item "a" 10) 7 (item "b" 20)]
        w {:in [(wrapped 3)]}]
    (println (total items 3 (fn [x] (+ x n)) helper) w)))
"""


def contents_of(text: str, session: Session | None = None) -> Contents:
    """The contents of the bytes that an expression gives."""
    data = (session or Session()).evaluate(text)
    assert isinstance(data, bytes)
    return Contents(Message(data))


def saved(directory: Path, program: str = PROGRAM) -> bytes:
    (directory / "shop.tur").write_text(program)
    Session([str(directory)]).run_file(str(directory / "shop.tur"))
    return (directory / "saved.bin").read_bytes()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edited(directory: Path, *edits: tuple[str, str]) -> Session:
    """A session of a new process, after edits of the program."""
    program = PROGRAM
    for old, new in edits:
        assert old in program
        program = program.replace(old, new)
    (directory / "shop.tur").write_text(program)
    return Session([str(directory)])


FIVE = (
    ("(list tax items", "(list tax 0 items"),
    ("price : int64", "cents : int64"),
    ("(+ x n)", "(+ x n 1)"),
    ("(defn helper", "(defn aide"),
    (" helper)", " aide)"),
    ("(instance Serializable wrapped (serialize [w] (.thing w)) (deserialize [b] (wrapped b)))", ""),
)
MAIN = "frame 2, shop.main (shop.tur:15)"
TOTAL = "frame 1, shop.total (shop.tur:9)"


def test_five_kinds_of_mismatches_are_listed_with_their_paths(here: Path) -> None:
    data = saved(here)
    world = edited(here, *FIVE).world
    with pytest.raises(TurmericError) as caught:
        deserialize(world, data)
    assert caught.value.name == "schema-mismatch"
    what = caught.value.value.values[0]
    found = {(each.get("kind"), each.get("symbol")): list(each.get("paths")) for each in what.get("all")}
    assert found == {
        ("point", "shop.total"): [TOTAL],
        ("type", "shop.item"): [f"{TOTAL} -> variable items -> element {at}" for at in (0, 2)],
        ("function", "shop.main.fn"): [f"{TOTAL} -> variable discount"],
        ("definition", "shop.helper"): [f"{TOTAL} -> variable late"],
        ("instance", "shop.shop.wrapped"): [f"{MAIN} -> variable w -> key :in -> element 0"],
    }
    assert "(and 4 more)" in report(caught.value)


def only(data: bytes, session: Session) -> dict[str, Any]:
    """The first of what does not fit."""
    return fit_of(Message(data), session.world).mismatches[0].data()


def test_a_renamed_function_is_found_by_its_code(here: Path) -> None:
    data = saved(here)
    found = only(data, edited(here, ("total", "sum-up")))
    assert (found["kind"], found["symbol"], found["renamed"]) == ("point", "shop.total", "shop.sum-up")
    assert found["advice"][0] == "(defrename shop.total shop.sum-up)"
    assert "which has the same code" in found["detail"]


def test_a_function_that_is_gone_has_no_new_name(here: Path) -> None:
    data = saved(here)
    gone = ("defn total [items tax discount late]\n  (ask)", "defn totals [items tax discount]\n  1")
    found = only(data, edited(here, gone))
    assert found["renamed"] is None
    assert found["detail"] == "shop.total no longer exists; the nearest name is `totals`"


def test_a_renamed_type_is_found_by_its_fields(here: Path) -> None:
    data = saved(here)
    found = fit_of(Message(data), edited(here, ("item [", "article ["), ("(item ", "(article ")).world).mismatches
    type_ = next(each for each in found if each.kind == "type")
    assert type_.renamed == "shop.article"
    assert type_.advice[0] == "(defrename shop.item shop.article)"


def test_what_was_and_what_is_now(here: Path) -> None:
    data = saved(here)
    parameter = ("items tax discount late]", "items tax discount late more]")
    point = only(data, edited(here, ("(struct wrapped", "\n\n(struct wrapped"), parameter))
    assert (point["then"]["waits-at"], point["then"]["line"]) == ("ask", 9)
    assert sorted(point["then"]["variables"]) == ["discount", "items", "late", "tax"]
    assert point["now"]["parameters"] == ["items", "tax", "discount", "late", "more"]
    assert point["now"]["line"] == 11
    type_ = only(data, edited(here, ("price : int64", "price : int64, size")))
    assert type_["then"] == {"fields": ["name", "price"]}
    assert type_["now"]["fields"] == "[name : string, price : int64, size]"
    assert '(defmigration item "1.0" (fn [fields] ...))' in type_["advice"]


def test_a_module_that_is_gone_comes_first(here: Path) -> None:
    data = saved(here)
    (here / "shop.tur").unlink()
    found = fit_of(Message(data), Session([str(here)]).world).mismatches
    assert all(each.now["module"] == "not found" for each in found if each.kind != "instance")
    assert "bring the module shop back" in found[0].advice[0]


def test_paths_are_counted_and_the_first_ones_kept(here: Path) -> None:
    program = PROGRAM.replace('[(item "a" 10) 7 (item "b" 20)]', "(vec (map (fn [n] (item (str n) n)) (range 0 150)))")
    data = saved(here, program)
    (here / "shop.tur").write_text(program.replace("price : int64", "cents : int64"))
    found = next(each for each in fit_of(Message(data), Session([str(here)]).world).mismatches if each.kind == "type")
    assert (found.count, len(found.paths)) == (150, 100)


# Paths ---------------------------------------------------------------------------------------------


def texts(contents: Contents, kind: str) -> list[str]:
    """The paths to all objects of a kind."""
    trails = Trails(contents)
    return [trails.to(place) for place in trails.order if contents.kind([place]) == kind]


def test_elements_of_lists_are_counted_through_shared_tails() -> None:
    lists = "[tail (cons 0 (cons 0 tail)) (cons (ref 3) tail)]"
    contents = contents_of(f"(let [tail (list (ref 1) (ref 2))] (serialize {lists}))")
    assert texts(contents, "ref") == [
        "element 0 -> element 0",
        "element 0 -> element 1",
        "element 2 -> element 0",
    ]


def test_a_list_met_first_at_a_later_part() -> None:
    contents = contents_of("(let [l (list (ref 1) (ref 2) (ref 3))] (serialize [[l] (rest (rest l))]))")
    assert sorted(texts(contents, "ref"))[-1] == "element 1 -> element 0"
    assert len(texts(contents, "ref")) == 3


def test_frames_of_continuations_inside_values_have_numbers_of_their_own() -> None:
    session = Session()
    session.evaluate(
        "(defn wait [] (cloneable-shift [k] k)) (defn middle [r] (list (wait) r)) (defn outer [r] (list (middle r) r))"
    )
    contents = contents_of("(serialize {:k (reset (outer (ref 1)))})", session)
    (path,) = texts(contents, "ref")
    assert path.startswith("key :k -> frame 1, user.middle (") and path.endswith("-> variable r")
    assert [Trails(contents).text(node).split(",")[0] for node, _ in Trails(contents).frames] == [
        "key :k -> frame 1",
        "key :k -> frame 2",
    ]


def test_a_chain_in_a_circle_is_refused_not_followed_forever() -> None:
    session = Session()
    items = wire.unframe(session.evaluate("(defn f [] (list (cloneable-shift [k] k))) (serialize (reset (f)))"))
    heap = items[5]
    place, row = next((place, row) for place, row in enumerate(heap) if row[0] == wire.FRAMES)
    row[1] = [place]
    with pytest.raises(TurmericError) as caught:
        describe(Contents(Message(wire.frame(items[:-1]))))
    assert caught.value.name == "corrupt-data"


def test_a_list_in_a_circle_is_refused() -> None:
    items = wire.unframe(Session().evaluate("(serialize (list 1))"))
    items[5][0] = [wire.LIST, [0]]
    with pytest.raises(TurmericError) as caught:
        describe(Contents(Message(wire.frame(items[:-1]))))
    assert caught.value.name == "corrupt-data"


# What is described ---------------------------------------------------------------------------------


def test_sizes_count_everything_once(here: Path) -> None:
    contents = Contents(Message(saved(here)))
    found = describe(contents)
    runs = sum(len(wire.pack(row)) for row in contents.heap if row[0] in (wire.CONTINUATION, wire.FRAMES))
    runs_of_frames = [place for place, row in enumerate(contents.heap) if row[0] == wire.FRAMES]
    every = [frame for place in runs_of_frames for frame in contents.items(place)]
    inside = [len(wire.pack(slot)) for _, slots in every for slot in slots]
    numbers = [len(wire.pack(point)) for point, _ in every]
    frames = sum(frame["bytes"] for frame in found["frames"])
    marks = sum(mark["bytes"] - len(wire.pack([1])) for mark in found["marks"])
    assert frames + marks + runs - sum(inside) - sum(numbers) == found["bytes_of"]["values"]


def test_what_is_shared_is_counted_where_it_is_met_first() -> None:
    found = describe(contents_of("(let [v (vec (range 100 150))] (serialize {:one v :two v}))"))
    sizes = {part["name"]: (part["bytes"], part["shared"]) for part in found["parts"]}
    assert sizes == {"key :one": (105, True), "key :two": (2, True)}
    (shared,) = found["shared"]
    assert (shared["path"], shared["kind"], shared["references"]) == ("key :one", "vector", 2)


def test_resources_and_stand_ins_are_named(here: Path) -> None:
    (here / "a.txt").write_text("text")
    found = describe(contents_of('(serialize {:in [(open-file "a.txt")]})'))
    (stand_in,) = found["stand_ins"]
    assert (stand_in["path"], stand_in["kind"]) == ("key :in -> element 0", "resource")
    assert "a.txt" in stand_in["from"]


def test_generators_tasks_and_handlers() -> None:
    session = Session()
    session.evaluate(
        "(defeffect Ask [n]) (defn numbers [] (gen [] (yield 1) (yield 2)))"
        "(defn wait [] (cloneable-shift [k] k))"
        "(defn f [g] (handle (list (wait) g) (Ask [n] k) (continue k n)))"
    )
    found = describe(contents_of("(serialize (let [g (numbers)] (gen-next g) (reset (f g))))", session))
    (inner,) = found["continuations"]
    assert inner["path"].startswith("frame 1, user.f (") and "variable g" in inner["path"]
    assert inner["count"] == len(inner["frames"]) > 0
    assert inner["frames"][0].startswith("user.numbers.fn (")
    assert next(mark["text"] for mark in found["marks"]) == "#<handler of Ask>"


def test_values_do_nothing_to_a_terminal_and_are_cut() -> None:
    found = describe(contents_of('(serialize ["\\u{1b}[31m\\u{9b}" (str "\\u{7}" (apply str (repeat 1000 "x")))])'))
    texts = [part["text"] for part in found["parts"]]
    assert all(text.isprintable() and len(text) <= 400 for text in texts)
    assert texts[1].endswith("...")


def test_a_kind_of_row_without_entries_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = contents_of("(serialize [(ref 1) 2])")
    monkeypatch.delitem(insides.PARTS, wire.VECTOR)
    monkeypatch.delitem(brief.TEXTS, wire.VECTOR)
    found = describe(contents)
    assert found["value"] == "#<vector>"
    assert [part["name"] for part in found["parts"]] == ["part 0", "part 1"]


def test_every_kind_of_row_has_its_entries() -> None:
    assert set(insides.PARTS) == set(wire.NAMES)


def test_lines_of_frames_then_and_now(here: Path) -> None:
    data = saved(here)
    message = Message(data)

    def first(session: Session) -> dict[str, Any]:
        fit = fit_of(message, session.world)
        described = describe(Contents(message), Origins(session.world, message.claims, fit.resolver))
        frame: dict[str, Any] = described["frames"][0]
        return frame

    same = first(edited(here))
    assert (same["line"], same["line_now"], same["text"], same["stale"]) == (9, 9, "(ask)", False)
    moved = first(edited(here, ("(defn helper", ";; more\n(defn helper")))
    assert (moved["line"], moved["line_now"], moved["text"], moved["stale"]) == (9, 10, "(ask)", False)
    changed = first(edited(here, ("(list tax items", "(vector tax items"), (' :version "1.0"', "")))
    assert (changed["line_now"], changed["text"], changed["stale"]) == (None, "(ask)", True)


def test_a_large_collection_in_parts_is_read_through_them() -> None:
    """What incremental saving writes: rows of parts under a large vector."""
    message = Message(Session().evaluate("(serialize [(vec (range 0 40))])"))
    parts = [[wire.LARGE, 0, [2], 36], [wire.PARTS, [3]], [wire.VECTOR, 10, [4], 30]]
    message.heap[:] = [[wire.VECTOR, [1]], *parts, [wire.REF, 5]]
    contents = Contents(message)
    assert brief.text(contents, [1]) == "[10 #<ref 5> 30 36]"
    assert texts(contents, "ref") == ["element 0 -> element 1"]
    assert contents.kind([1]) == "vector"


def test_what_does_not_fit_inside_a_lazy_value(here: Path) -> None:
    data = saved(here, PROGRAM.replace("{:in [(wrapped 3)]}", '(lazy [(item "c" 1)])'))
    (here / "shop.tur").write_text((here / "shop.tur").read_text().replace("price : int64", "cents : int64"))
    found = next(each for each in fit_of(Message(data), Session([str(here)]).world).mismatches if each.kind == "type")
    assert found.paths[-1] == f"{MAIN} -> variable w -> content of the lazy value -> element 0"
    assert found.count == 3


def test_what_does_not_fit_in_an_earlier_message() -> None:
    session, store = Session(), MemoryBlobs()
    session.evaluate("(struct item [a b]) (def v (vec (map (fn [n] (item n n)) (range 0 100))))")
    both = session.evaluate("[v (conj v 5)]")
    saver = Saver(session.world, store, "state")
    saver.save(both.tail[0])
    described = describe(Contents(Message(store.get(saver.save(both)))))
    assert described["earlier"]["objects"] > 0 and len(described["earlier"]["messages"]) == 1
    later = Session()
    later.evaluate("(struct item [a c])")
    with pytest.raises(TurmericError) as caught:
        Saver(later.world, store, "state").load()
    what = caught.value.value.values[0]
    assert (what.get("symbol"), what.get("count")) == ("user.item", 100)
    assert next(iter(what.get("paths"))) == "in an earlier message: element 0"
