"""What `show` makes, without a notebook: its traits, its findings, its picture. Notebooks: scripts/python/notebooks.mjs."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

import zebra_lab as z
from zebra_lab.widget import PIXELS, _tile

CAPTURE = Path(__file__).parents[2] / "test/fixtures/capture/hybrid.zip"


def causal(tokens: int, window: int = 10**6) -> np.ndarray:
    back = np.arange(tokens)[:, None] - np.arange(tokens)
    return (back >= 0) & (back < window)


def test_findings_are_those_of_lint() -> None:
    shown = z.show(causal(48, 9), "causal & window(8)")
    [found] = shown.findings
    assert (found.code, found.cell) == ("L5", z.Cell(8, 0))
    linted = z.lint(causal(48, 9), expect="causal & window(8)")
    assert [one.what for one in shown.findings] == [one.what for one in linted]
    # Padding that is expected is no fault here either.
    padded = causal(12) & (np.arange(12) >= 3)
    shown = z.show(padded, "causal & !padding(3, 0)")
    assert shown.findings.ok
    assert shown.findings == z.lint(padded, expect="causal & !padding(3, 0)")


def test_another_layer_and_another_mask_to_compare_with_change_the_findings() -> None:
    shown = z.show("causal & window(8); causal", keys=32)
    assert shown.findings.ok
    shown.other = "causal & window(7)"
    assert not shown.findings.ok
    shown.other, shown.layer = "causal", 1
    assert shown.findings.ok


@pytest.mark.parametrize("cell", [{"query": -1, "key": 0}, {"query": 1}, 3, {"query": True, "key": 0}])
def test_a_cell_that_is_none_is_refused(cell: object) -> None:
    shown = z.show(causal(8))
    with pytest.raises(z.ZebraLabError, match="it should be None or"):
        shown.cell = cell


def test_what_a_cell_is_can_be_observed() -> None:
    shown, seen = z.show(causal(8)), []
    shown.observe(lambda change: seen.append(change["new"]), "cell")
    shown.cell = {"query": 3, "key": 1}
    assert seen == [{"query": 3, "key": 1}]


def test_a_terminal_gets_words() -> None:
    assert "This is a causal window of 9" in repr(z.show(causal(48, 9), "causal & window(8)"))


def test_a_page_without_the_widget_gets_a_picture_and_the_findings() -> None:
    still = z.show(causal(48, 9), "causal & window(8)")._still()
    assert "Query 8 reads 9 keys" in still["text/html"] and "<script" not in still["text/html"]
    assert "█" in still["text/plain"]
    import base64

    png = base64.b64decode(still["image/png"])
    width, height = struct.unpack(">II", png[16:24])
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0]
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    assert len(zlib.decompress(data)) == height * (width + 1)


def test_the_state_is_small() -> None:
    assert len(z.show(causal(4096, 512)).state) < 2_000
    with pytest.raises(z.ZebraLabError, match="a notebook keeps up to"):
        rng = np.random.default_rng(0)
        z.show(rng.random((9, 900, 900)) < 0.5, axes=["layer", "query", "key"], allowed="nonzero")


# ---------------------------------------------------------------------------------------------------------- captures


def test_a_capture_opens_at_its_first_fault_with_its_weights() -> None:
    captured = z.open(CAPTURE)
    shown = captured.show()
    assert (shown.part, shown.layer, shown.head) == (0, 4, 0)
    assert [one.code for one in shown.findings if not one.note] == ["L5"]
    shown.cell = {"query": 6, "key": 0}
    weights = captured.steps[0].layers[4].weights.values
    assert shown.weighed["weight"] == pytest.approx(weights[0, 0, 6, 0])
    shown.head = 1
    assert shown.weighed["weight"] == pytest.approx(weights[0, 1, 6, 0])
    shown.part = 1
    assert shown.weighed["part"] == 1
    assert shown.head == 0 and shown.weighed["weight"] == pytest.approx(weights[1, 0, 6, 0])


def test_weights_of_a_step_of_decoding_are_those_of_its_keys() -> None:
    captured = z.open(CAPTURE)
    shown = captured.show()
    shown.part, shown.layer = 4, 5
    shown.cell = {"query": 0, "key": 19}
    assert shown.weighed["weight"] == pytest.approx(captured.steps[2].layers[5].weights.values[0, 0, 0, 19])
    shown.layer = 0  # a cache of a layer with a window has dropped the first keys
    shown.cell = {"query": 0, "key": 2}
    assert shown.weighed["weight"] == 0


def test_a_capture_without_weights_sends_none() -> None:
    from zebra_lab.lint import without_weights

    shown = without_weights(z.open(CAPTURE)).show()
    assert shown.weights == b"" and shown.weighed == {}


def test_a_plan_replaces_the_config() -> None:
    shown = z.show(z.open(CAPTURE), "S*5 G", window=7)
    assert shown.other == "5*causal & window(7); causal"


@pytest.mark.parametrize(("queries", "keys"), [(1, 1), (3, 3), (1, 700), (300, 300), (5, 1000), (700, 257)])
def test_the_picture_of_weights_has_the_largest_under_each_pixel(queries: int, keys: int) -> None:
    cells = np.random.default_rng(0).random((queries, keys)).astype(np.float32) ** 8
    data, facts = _tile(cells)
    found = np.frombuffer(data, np.uint8).reshape(facts["high"], facts["size"])
    assert max(found.shape) <= PIXELS
    plain = np.zeros_like(found)
    for q in range(queries):
        for k in range(keys):
            at = q * facts["high"] // queries, k * facts["size"] // facts["side"]
            plain[at] = max(plain[at], round(255 * float(np.sqrt(cells[q, k]))))
    assert np.abs(found.astype(int) - plain).max() <= 1
