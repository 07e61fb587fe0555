"""Where a report says that an error inside the standard library came from."""

from __future__ import annotations

import pytest

from turmeric.assembly.session import Session
from turmeric.vocabulary.errors import TurmericError


@pytest.fixture(scope="module")
def session() -> Session:
    return Session([])


@pytest.mark.parametrize(
    ("program", "place"),
    [
        ("(defn f [xs]\n  (count (map 5 xs)))\n(println (f [1]))", "p.tur:2:10"),
        ("(defn f [xs]\n  (map 5 xs))\n(println (count (f [1])))", "p.tur:2:3"),
        ("(defn f [xs]\n  (sort xs))\n(println (f [1 :a]))", "p.tur:2:3"),
        ("(map 5 [1])", "p.tur:1:1"),
        ("(defn g [x] (+ x :a))\n(defn f [xs] (map g xs))\n(f [1])", "p.tur:1:13"),
    ],
)
def test_the_innermost_place_of_the_program(session: Session, program: str, place: str) -> None:
    with pytest.raises(TurmericError) as caught:
        session.evaluate(program, "p.tur")
    assert str(caught.value.span) == place
