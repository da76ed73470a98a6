"""The engine: one question at a time from any thread, faults told from refusals, and nothing imported before its time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import zebra_lab as z
from zebra_lab import _engine
from zebra_lab._engine import ask


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_imports_neither_torch_nor_transformers_nor_v8() -> None:
    code = "import sys, zebra_lab; print([m for m in ('torch', 'transformers', 'py_mini_racer') if m in sys.modules])"
    assert python(code).strip() == "[]"
    code = (
        "import sys, numpy, zebra_lab; zebra_lab.lint(numpy.tri(4, dtype=bool)); "
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    assert python(code).strip() == "[]"


def test_two_questions_in_a_row_and_files_that_were_not_asked_about() -> None:
    good = np.tri(16, dtype=bool)
    for _ in range(3):
        assert z.lint(good).ok
        with pytest.raises(z.ZebraLabError):
            ask("open", {"names": ["a.npy"]}, b"nothing")
    with pytest.raises(TypeError):
        ask("open", {"names": ["a.npy"]}, b"left behind", object())
    assert z.lint(good).ok


def test_many_threads() -> None:
    def one(size: int) -> bool:
        back = np.arange(40)[:, None] - np.arange(40)
        mask = (back >= 0) & (back < size)
        found = z.lint(mask, expect=f"causal & window({size})")
        wrong = z.lint(mask, expect=f"causal & window({size + 1})")
        return found.ok and not wrong.ok and wrong.differences[0].cells == 40 - size

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, [2 + i % 9 for i in range(64)]))


def test_a_fault_of_the_code_is_reported_with_the_question() -> None:
    with pytest.raises(z.ZebraLabBug) as caught:
        ask("cells", {"doc": {"T": 4, "layers": [{"expression": {"kind": "term"}}]}})
    words = str(caught.value)
    assert "fault of zebra-lab" in words and "question: cells" in words and '"T": 4' in words
    assert z.lint(np.tri(4, dtype=bool)).ok


def test_a_question_that_does_not_exist() -> None:
    with pytest.raises(z.ZebraLabError, match="question"):
        ask("nothing")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_says_so_instead_of_waiting() -> None:
    code = """
import os, numpy, zebra_lab as z
z.lint(numpy.tri(4, dtype=bool))
child = os.fork()
if child == 0:
    try:
        z.lint(numpy.tri(4, dtype=bool))
        print("answered", flush=True)
    except z.ZebraLabError as error:
        print(error, flush=True)
    raise SystemExit  # it ends, although V8's threads are not there
assert os.waitpid(child, 0)[1] == 0
"""
    assert "fork" in python(code)


def test_a_process_that_used_it_ends() -> None:
    """On Python 3.13, closing V8 while the interpreter ends would wait for a thread that no longer runs."""
    code = "import numpy, zebra_lab as z; z.lint(numpy.tri(4, dtype=bool)); print('asked')"
    started = time.monotonic()
    assert python(code).strip() == "asked"
    assert time.monotonic() - started < 60


def test_what_runs_at_the_end_may_still_ask() -> None:
    code = """
import atexit, numpy, zebra_lab
atexit.register(lambda: print(zebra_lab.lint(numpy.tri(4, dtype=bool)).ok))
zebra_lab.lint(numpy.tri(4, dtype=bool))
"""
    assert python(code).strip() == "True"


def test_a_copy_without_its_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(_engine, "files", lambda _: tmp_path)
    with pytest.raises(z.ZebraLabError, match=r"static/engine\.js"):
        _engine._Engine()


def test_cells_plans_and_differences() -> None:
    answer, files = ask(
        "cells", {"doc": ask("open", {"names": ["a.txt"]}, b"1 0 0\n1 1 0\n0 1 1")[0]["opened"]["doc"]}
    )
    assert answer == {"queries": 3, "keys": 3}
    assert list(files[0]) == [1, 0, 0, 1, 1, 0, 0, 1, 1]
    assert ask("plan", {"text": "S*2 G", "window": 4})[0]["stack"] == "2*causal & window(4); causal"
    mask = {"T": 8, "expression": "causal", "paint": ""}
    found, _ = ask("difference", {"mask": mask, "other": {**mask, "expression": "causal & window(4)"}})
    assert (found["cells"], found["first"]) == (10, {"query": 4, "key": 0})
