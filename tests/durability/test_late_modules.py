"""A module that was not there at the first attempt counts at the second, with its renames."""

from __future__ import annotations

from pathlib import Path

import pytest

import turmeric

OLD = "(module shop)\n(defn total [n] (+ n (cloneable-shift [k] k)))\n(defn start [] (reset (total 1)))\n"
NEW = OLD.replace("total", "sum-up") + "(defrename shop.total shop.sum-up)\n"


def test_a_module_that_comes_later(tmp_path: Path) -> None:
    (tmp_path / "shop.tur").write_text(OLD)
    saving = turmeric.Runtime(roots=[str(tmp_path)])
    saving.import_module("shop")
    data = saving.serialize(saving.eval("(do (import shop) (shop.start))"))
    (tmp_path / "shop.tur").unlink()
    runtime = turmeric.Runtime(roots=[str(tmp_path)])
    with pytest.raises(turmeric.DataError, match="schema-mismatch"):
        runtime.deserialize(data)
    (tmp_path / "shop.tur").write_text(NEW)
    assert runtime.resume(runtime.deserialize(data), 4) == 5
