"""Findings about masks of any size, type and layout, with the right cell."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zebra_lab as z
from zebra_lab._engine import ask

FIXTURES = Path(__file__).parents[2] / "test/fixtures"


def window(size: int, queries: int, keys: int | None = None) -> np.ndarray:
    """causal & window(size), the queries at the last positions."""
    keys = queries if keys is None else keys
    back = np.arange(keys - queries, keys)[:, None] - np.arange(keys)
    return (back >= 0) & (back < size)


def codes(found: z.Findings) -> list[str]:
    return [one.code for one in found if not one.note]


def test_wrong_at_token_4097() -> None:
    mask = window(4096, 4200)
    mask[4096:] = np.tri(4200, dtype=bool)[4096:]
    found = z.lint(mask, expect="causal & window(4096)")
    assert codes(found) == ["L9"]
    [apart] = found.differences
    # Query 4,096 is the token 4,097; key 0 is the first that its window has left behind.
    assert apart.cell == z.Cell(4096, 0)
    assert apart.cells == sum(range(1, 4200 - 4096 + 1))
    assert apart.reads
    assert "query 4096, key 0" in str(found)
    with pytest.raises(AssertionError, match="query 4096, key 0"):
        z.expect(mask, "S", window=4096)


def test_a_layer_that_was_swapped() -> None:
    layers = [window(8, 64)] * 5 + [np.tri(64, dtype=bool)]
    assert z.expect(np.stack(layers), "S*5 G", window=8).ok
    layers[2], layers[5] = layers[5], layers[2]
    found = z.lint(np.stack(layers), expect="S*5 G", window=8)
    assert not found.ok
    assert "L10" in codes(found)
    assert {layer for one in found.differences for layer in one.layers} == {2, 5}
    first = next(one for one in found.differences if 2 in one.layers)
    assert first.cell == z.Cell(8, 0)


def test_equal_layers_are_one_finding() -> None:
    found = z.lint(np.stack([window(9, 64)] * 3), expect="S", window=8)
    [finding] = [one for one in found if not one.note]
    assert (finding.code, finding.layers, finding.layer, finding.cell) == ("L5", (0, 1, 2), 0, z.Cell(8, 0))
    assert "Layers 1, 2 and 3" in str(finding)
    [apart] = found.differences
    assert apart.layers == (0, 1, 2)


def test_a_difference_without_a_lint_fails() -> None:
    mask = np.tri(32, dtype=bool) & (np.arange(32)[:, None] % 3 != 0) | np.eye(32, dtype=bool)
    found = z.lint(mask, expect=np.tri(32, dtype=bool))
    assert not found.ok
    assert found.differences[0].cell == z.Cell(3, 0)
    want = int((mask != np.tri(32, dtype=bool)).sum())
    assert found.differences[0].cells == want
    with pytest.raises(AssertionError, match=f"{want:,} cells differ"):
        z.expect(mask, np.tri(32, dtype=bool))


def test_without_a_lint_the_verdict_says_so() -> None:
    one = z.Difference(cells=3, cell=z.Cell(1, 0), reads=True, meant="causal")
    found = z.Findings(differences=[one])
    assert not found.ok and len(found) == 0
    assert "No lint recognises why" in str(found)
    with pytest.raises(AssertionError, match="3 cells differ from causal"):
        found.assert_ok()


def test_notes_are_no_failures() -> None:
    assert len(z.assert_ok(np.tri(16, dtype=np.int64))) == 0  # 1 reads, as everybody expects
    found = z.assert_ok(1 - np.tri(16, dtype=np.int64))
    assert [one.code for one in found.notes] == ["L6"]
    assert len(found) == 1 and found[0].note
    assert "No findings" in repr(found)


def test_padding_rows_may_read_what_they_like() -> None:
    padded = np.tri(12, dtype=bool)
    padded[:, :3] = False
    padded[:3] = True
    found = z.lint(padded, expect="causal & !padding(3, 0)")
    assert found.differences == () and found.ok
    padded[5, 1] = True
    assert z.lint(padded, expect="causal & !padding(3, 0)").differences[0].cell == z.Cell(5, 1)


@pytest.mark.parametrize("queries", [1, 3, 12])
def test_a_step_of_decoding(queries: int) -> None:
    assert z.expect(window(4, queries, 12), "causal & window(4)").ok
    found = z.lint(window(5, queries, 12), expect="causal & window(4)")
    assert codes(found) and not found.ok
    assert found.differences[0].cell == (0 if queries < 12 else 4, 12 - queries - 4 if queries < 12 else 0)


DTYPES = ["bool", "int8", "uint8", "int16", "int32", "int64", "uint64", "float16", "float32", "float64"]
LAYOUTS: dict[str, Any] = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "every second": lambda a: np.repeat(np.repeat(a, 2, axis=-1), 2, axis=-2)[..., ::2, ::2],
    "backwards": lambda a: np.ascontiguousarray(a[..., ::-1, ::-1])[..., ::-1, ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.swapaxes(-1, -2)).swapaxes(-1, -2),
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "read-only": lambda a: (b := a.copy(), b.setflags(write=False))[0],
}


@pytest.mark.parametrize(("dtype", "layout"), list(itertools.product(DTYPES, LAYOUTS)))
def test_types_and_layouts(dtype: str, layout: str) -> None:
    right, wrong = (LAYOUTS[layout](window(size, 40).astype(dtype)) for size in (8, 9))
    assert z.lint(right, expect="causal & window(8)").ok
    found = z.lint(wrong, expect="causal & window(8)")
    assert codes(found) == ["L5"]
    assert found[0].cell == z.Cell(8, 0)


@pytest.mark.parametrize("fill", [-np.inf, -65504.0, -1e9, np.finfo(np.float32).min])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_fills(fill: float, dtype: Any) -> None:
    if dtype == np.float16:
        fill = max(fill, -65504.0) if np.isfinite(fill) else fill
    mask = np.where(window(8, 40), 0, fill).astype(dtype)
    assert z.lint(mask, expect="causal & window(8)").differences == ()
    assert codes(z.lint(np.where(window(9, 40), 0, fill).astype(dtype), expect="causal & window(8)")) == [
        "L5"
    ]


@pytest.mark.parametrize("before", [(1,), (1, 1), (2, 1), (1, 3), (2, 3)])
def test_axes_of_texts_and_heads(before: tuple[int, ...]) -> None:
    masks = np.broadcast_to(window(8, 40), (*before, 40, 40)).copy()
    axes = [*["batch", "head"][: len(before)], "query", "key"]
    assert z.lint(masks, expect="causal & window(8)", axes=axes).ok
    masks[(-1,) * len(before)][20, 3] = True
    found = z.lint(masks, expect="causal & window(8)", axes=axes)
    # One plane of all is wrong; without its neighbours it would be overlooked.
    [apart] = found.differences
    assert (apart.cells, apart.cell) == (1, z.Cell(20, 3))
    if np.prod(before) > 1:
        assert any(f"{name} {count - 1}" in apart.of for name, count in zip(axes, before, strict=False))


def test_random_masks_differ_in_the_cells_that_numpy_counts() -> None:
    random = np.random.default_rng(7)
    for _ in range(60):
        queries = int(random.integers(1, 30))
        keys = queries + int(random.integers(0, 20))
        if keys < 2:
            continue
        meant = window(int(random.integers(1, 12)), queries, keys)
        mask = meant ^ (random.random(meant.shape) < random.choice([0, 0.01, 0.2]))
        found = z.lint(mask, expect=meant, allowed="nonzero")
        cells = np.argwhere(mask != meant)
        if len(cells) == 0:
            assert found.differences == ()
        else:
            [apart] = found.differences
            assert (apart.cells, tuple(apart.cell)) == (len(cells), tuple(cells[0]))
            assert apart.reads == mask[tuple(cells[0])]


def test_what_true_means_can_be_said() -> None:
    blocked = ~np.tri(16, dtype=bool)
    assert z.lint(blocked, expect="causal", allowed="zero").differences == ()
    assert not z.lint(blocked, expect="causal", allowed="nonzero").ok


def test_a_window_is_taken_from_the_config() -> None:
    config = json.loads((FIXTURES / "configs/gemma-3-1b.json").read_text())
    kinds = [window(512, 600) if (layer + 1) % 6 else np.tri(600, dtype=bool) for layer in range(26)]
    masks = np.stack(kinds)
    assert z.expect(masks, "S*5 G", config=config).ok
    assert z.lint(masks, config=config).ok
    assert z.lint(masks[4], config=config, layer=4).ok
    found = z.lint(masks[5], config=config, layer=4)
    assert found.differences[0].cell == z.Cell(512, 0)


def test_configs_and_models_by_their_methods() -> None:
    fields = json.loads((FIXTURES / "configs/gemma-3-1b.json").read_text())

    class Config:
        model_type = "gemma3_text"

        def to_dict(self) -> dict[str, Any]:
            return {**fields, "dtype": np.dtype("float32")}

    class Model:
        config = Config()

        def __call__(self) -> None: ...

    for x in (fields, Config(), Model(), FIXTURES / "configs/gemma-3-1b.json"):
        assert z.expect(x, "S*5 G", window=512).ok
        assert not z.lint(x, expect="S*5 G", window=511).ok


def test_a_batch_by_name() -> None:
    batch = {
        "input_ids": np.zeros((2, 6), int),
        "attention_mask": np.array([[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]),
        "position_ids": np.array([[0, 0, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5]]),
    }
    found = z.lint(batch)
    assert {one.of.split(",")[0] for one in found} <= {"attention_mask", "position_ids"}
    assert z.lint({"cu_seqlens": np.array([0, 4, 12], np.int32)}, expect="causal & documents(4)").ok
    assert z.lint({"segment_ids": np.array([[0] * 4 + [1] * 8])}, expect="causal & documents(4)").ok
    assert codes(z.lint({"segment_ids": np.array([[0] * 5 + [1] * 7])}, expect="causal & documents(4)")) == [
        "L12"
    ]


def test_lists_paths_and_text(tmp_path: Path) -> None:
    rows = window(2, 4).astype(int).tolist()
    assert z.lint(rows, expect="causal & window(2)").ok
    for layer in range(3):
        np.save(tmp_path / f"layer_{layer}.npy", window(4 if layer < 2 else 99, 32))
    files = sorted(tmp_path.glob("*.npy"))
    assert z.expect(files, "S*2 G", window=4).ok
    assert z.expect(str(files[0]), "causal & window(4)").ok
    assert not z.lint(files, expect="S*3", window=4).ok
    np.savez(tmp_path / "two.npz", attention_mask=window(4, 32), causal_mask=window(4, 32))
    assert z.expect(tmp_path / "two.npz", "causal & window(4)").ok
    assert z.lint("causal & window(9)", expect="causal & window(8)")[0].code == "L5"
    assert z.lint("S*5 G", window=8, expect="5*causal & window(8); causal").ok
    assert z.lint(z.Mask.of(window(4, 32)), expect=window(4, 32)).ok
    assert z.lint("1 0 0\n1 1 0\n1 1 1", expect="causal").ok


def test_findings_in_notebooks() -> None:
    found = z.lint(window(9, 64), expect="causal & window(8)")
    assert found[0].code in found._repr_html_() and "<script" not in found._repr_html_()
    assert "query 8, key 0" in found._repr_markdown_()
    assert list(found) == list(found[:]) and found == z.lint(window(9, 64), expect="causal & window(8)")


def test_arrays_that_are_no_masks_are_named() -> None:
    arrays = {"mask": window(8, 40), "scores": np.random.default_rng(3).normal(size=(40, 40))}
    found = z.lint(arrays, expect="causal & window(8)")
    assert found.ok and [one.split(":")[0] for one in found.unread] == ["scores"]
    assert "Not a mask: scores" in str(found)


def test_layers_with_a_state_have_no_masks() -> None:
    released = json.loads((FIXTURES.parents[1] / "src/masks/released/qwen3.5-9b.json").read_text())["config"]
    kinds = [one["kind"] for one in ask("config", {"text": json.dumps(released)})[0]["layers"]]
    reading = [kind for kind in kinds if kind != "state"]
    assert 1 < len(reading) < len(kinds)
    assert z.lint(np.stack([np.tri(40, dtype=bool)] * len(reading)), config=released).ok
    assert not z.lint(np.stack([window(8, 40)] * len(reading)), config=released).ok
    with pytest.raises(z.ZebraLabError, match=f"the config has {len(kinds)} layers, and the masks have 3"):
        z.lint(np.stack([np.tri(40, dtype=bool)] * 3), config=released)


def test_attention_weights() -> None:
    for size, ok in ((8, True), (9, False)):
        weights = window(size, 40) * np.random.default_rng(5).random((2, 40, 40)).astype(np.float32)
        weights /= weights.sum(-1, keepdims=True)
        assert z.lint(weights, expect="causal & window(8)", axes=["head", "query", "key"]).ok is ok


def test_masks_by_kind_of_layer_are_compared_with_a_config() -> None:
    """transformers makes one mask per kind of layer: {"full_attention": ..., "sliding_attention": ...}."""
    config = json.loads((FIXTURES / "configs/gemma-3-1b.json").read_text())
    config["sliding_window"] = 6
    masks = {"full_attention": window(40, 40), "sliding_attention": window(6, 40)}
    z.expect(masks, config)
    assert z.lint(masks, config=config).ok
    found = z.lint({**masks, "sliding_attention": window(7, 40)}, expect=config)
    assert [(one.code, one.of, one.cell) for one in found if not one.note] == [
        ("L5", "sliding_attention", (6, 0))
    ]
    with pytest.raises(z.ZebraLabError, match="'full_attention' of the dict is None"):
        z.lint({"full_attention": None})


def test_a_window_that_the_text_is_too_short_to_show_is_named() -> None:
    for size, named in ((15, False), (16, True), (4096, True)):
        found = z.expect(window(size, 16), f"causal & window({size})")
        assert any(f"of {size:,} is not shorter than this text" in one for one in found.remarks) == named
    found = z.expect(window(16, 16), "S*5 G", window=99, layer=0)
    assert "check more than 99 tokens" in str(found)
