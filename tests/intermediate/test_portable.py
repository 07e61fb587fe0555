"""Code as plain data and back: the same code, by its schema ids."""

from __future__ import annotations

import marshal

from turmeric.assembly.session import Session
from turmeric.intermediate import schema
from turmeric.intermediate.anf import Code
from turmeric.intermediate.portable import from_data, to_data
from turmeric.intermediate.walking import functions_of

PROGRAM = """
(defn everything [a b & more]
  (def early (fn [] (later 1)))
  (defn later [x] (+ x a))
  (when (list 1 (if (later 1) (return 2) 3)) (later 4))
  (let [n 0 [p q] b {:keys [r] :or {r #{1 "two" :three}}} {:r 'sym}]
    (set! n (loop [i 0] (if (< i 10) (do (defer (println i)) (recur (+ i 1))) (early))))
    (binding [*out* n]
      (try (reset (shift [k] (k (match p (Some x) -> x  [y & ys] -> (list y ys)  _ -> 1.5))))
           (catch [e : type-error] (throw e))
           (finally (println #b"\\x00" 10000000000000000000000 nil true))))
    (fn inner [&key (retries (later 3))] (map inner [n q r retries more]))))
(defdynamic *out* 0)
"""


def codes_of(session: Session) -> list[Code]:
    return [code for codes in session.world.codes.values() for code in codes]


def ids(code: Code) -> list[bytes]:
    """The ids of a function, of those inside it, and of all their points."""
    inside = functions_of(code)
    return [schema.code_id(each) for each in inside] + [
        id_ for each in inside for id_ in schema.point_ids(each).values()
    ]


def test_code_comes_back_the_same() -> None:
    session = Session([])
    session.evaluate(PROGRAM)
    for found in session.world.prelude.values():
        found.force()
    codes = codes_of(session)
    assert len(codes) > 100
    for code in codes:
        file = code.span.file if code.span is not None else "?"
        back = from_data(marshal.loads(marshal.dumps(to_data(code), 4)), file)
        assert ids(back) == ids(code)
        names = [[each.symbol for each in functions_of(one)] for one in (back, code)]
        assert names[0] == names[1]
        assert back.span == code.span


def test_the_data_is_the_same_for_the_same_code() -> None:
    data = []
    for _ in range(2):
        session = Session([])
        session.evaluate(PROGRAM, "file")
        data.append([marshal.dumps(to_data(code), 4) for code in codes_of(session) if code.module == "user"])
    assert data[0] == data[1]
