"""Captures are checked step by step, each layer against what the config gives it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import zebra_lab as z

pytestmark = pytest.mark.skipif(find_spec("zebra_lab._file") is None, reason="captures cannot be saved yet")
CONFIG = Path(__file__).parents[2] / "test/fixtures/configs/gemma-3-1b.json"


def mask(window: int, queries: int, keys: int) -> z.Mask:
    back = np.arange(keys - queries, keys)[:, None] - np.arange(keys)
    return z.Mask.of((back >= 0) & (back < window))


def captured(windows: list[int]) -> z.Capture:
    """Six layers of Gemma 3 with a window of 4, in the prefill and one step of decoding."""

    def step(name: str, queries: int, keys: int) -> z.Step:
        layers = (
            z.Layer(layer, ((mask(window, queries, keys),),), z.Given("bool"))
            for layer, window in enumerate(windows)
        )
        return z.Step(name, queries, keys, tuple(layers))

    config = {**json.loads(CONFIG.read_text()), "num_hidden_layers": 6, "sliding_window": 4}
    return z.Capture((step("prefill", 12, 12), step("decode 1", 1, 13)), model="Tiny", config=config)


def test_a_capture_that_is_right() -> None:
    right = captured([4] * 5 + [99])
    right.assert_ok()
    assert right.expect("S*5 G", window=4).ok
    with pytest.raises(AssertionError, match="query 3, key 0"):
        right.expect("S*5 G", window=3)


def test_a_window_one_too_wide_in_two_layers(tmp_path: Path) -> None:
    wrong = captured([4, 5, 5, 4, 4, 99])
    found = wrong.lint()
    assert [(one.code, one.layers, one.cell, one.of) for one in found] == [
        ("L5", (1, 2), z.Cell(4, 0), "prefill"),
        ("L5", (1, 2), z.Cell(0, 8), "decode 1"),
    ]
    assert [(one.layers, one.cells, one.cell, one.reads) for one in found.differences] == [
        ((1, 2), 8, z.Cell(4, 0), True),
        ((1, 2), 1, z.Cell(0, 8), True),
    ]
    with pytest.raises(AssertionError, match="Layers 2 and 3, query 4, key 0"):
        wrong.assert_ok()
    wrong.save(tmp_path / "capture.zip")
    assert z.lint(tmp_path / "capture.zip") == found


def test_what_a_capture_knows_itself_cannot_be_given() -> None:
    with pytest.raises(z.ZebraLabError, match="a capture knows"):
        captured([4] * 6).lint(is_causal=True)
    with pytest.raises(z.ZebraLabError, match="a capture knows"):
        captured([4] * 6).lint(layer=3)
