"""Whatever is given is read, or refused in one sentence that says what would work."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import zebra_lab as z

CAUSAL = np.tri(8, dtype=bool)


def function(b: int, h: int, q: int, kv: int) -> bool:
    return q >= kv


BAD: dict[str, tuple[Any, str]] = {
    "None": (None, "no mask was given, so is_causal"),
    "nothing": (np.zeros((0, 4)), "shape (0, 4), so it holds nothing"),
    "an empty list": ([], "the list is empty"),
    "an empty dict": ({}, "the dict is empty"),
    "an empty text": ("  ", "the text is empty"),
    "one number": (np.float32(1), "one number"),
    "a float": (1.5, "a float was given"),
    "a set": ({1, 2}, "a set has no order"),
    "bytes": (b"123", "bytes were given"),
    "text": (np.array([["a", "b"]]), "text or objects"),
    "objects": (np.array([[object()]]), "text or objects"),
    "complex": (np.ones((4, 4), complex), "complex128"),
    "dates": (np.zeros((4, 4), "datetime64[s]"), "datetime64"),
    "records": (np.zeros((4, 4), [("a", "i4")]), "masks are of booleans"),
    "rows of different lengths": ([[1, 0], [1]], "different lengths"),
    "shapes that differ": ([CAUSAL, np.tri(9, dtype=bool)], "(8, 8) and (9, 9)"),
    "None in a list": ([CAUSAL, None], "is None"),
    "a function": (function, "a function was given (function)"),
    "a class": (dict, "the class dict was given"),
    "a dict without masks": ({"input_ids": np.zeros((2, 4), int)}, "none of these is a mask"),
    "a dict in a dict": ({"full_attention": {"a": CAUSAL}}, "a dict within the dict"),
    "a missing file": ("missing.npy", "missing.npy cannot be read: No such file"),
    "a pickle": ("mask.pt", "is a pickle"),
    "a folder": (Path(__file__).parent, "without a config.json"),
    "masked": (np.ma.masked_array(CAUSAL, ~CAUSAL), "a masked array"),
    "a misspelt term": ("casual", "'casual' at character 1; the terms are"),
    "a misspelt plan": ("SSSL", "has no layer at character 4"),
    "a plan without its window": ("S*5 G", "no window was given"),
    "six axes": (np.ones((1, 1, 1, 1, 4, 4)), "one to 5 axes"),
    "NaN": (np.full((4, 4), np.nan), "NaN"),
    "numbers that are no mask": (np.random.default_rng(0).normal(size=(8, 8)) * 1e4, ""),
    "an incomplete config": ({"model_type": "llama"}, ""),
    "a strange config": ({"model_type": "llama", "num_hidden_layers": "many"}, "num_hidden_layers"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence(case: str) -> None:
    x, words = BAD[case]
    try:
        z.lint(x)
    except z.ZebraLabError as error:
        message = str(error)
        assert words in message
        assert "\n" not in message and "Traceback" not in message and "<anonymous>" not in message
        assert len(message) < 700
    else:
        # Read after all: then there must be something to say about it.
        assert words == "", f"{case} was read"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"expect": "S*5 G"}, "no window was given"),
        ({"expect": "causal", "window": 4}, "names masks with their own numbers"),
        ({"expect": "G", "window": 4}, "no layer of 'G' has one"),
        ({"expect": "S", "window": 0}, "window is 0"),
        ({"expect": "S", "window": 2.5}, "window is 2.5"),
        ({"expect": "S", "window": True}, "window is True"),
        ({"expect": "S*5 G", "window": 4}, "say which one it is, as layer=0 to 5"),
        ({"expect": "S*5 G", "window": 4, "layer": 6}, "layers are 0 to 5"),
        ({"expect": np.tri(9, dtype=bool)}, "8 × 8 (queries × keys), and the one it should be is 9 × 9"),
        ({"expect": CAUSAL, "window": 4}, "window and chunk are for a plan"),
        ({"expect": CAUSAL, "config": {"model_type": "llama"}}, "give one of them"),
        ({"config": "causal"}, "config takes a config"),
        ({"allowed": "true"}, "allowed is 'true'"),
        ({"axes": "query"}, "axes is 'query'"),
        ({"axes": ["query", "keys"]}, "an axis is called 'keys'; the axes are layer"),
        ({"length": -1}, "length is -1"),
        ({"chunk": 4}, "chunk is for a plan"),
        ({"expect": None, "layer": "a"}, "layer is 'a'"),
    ],
)
def test_bad_arguments_are_one_sentence(more: dict[str, Any], words: str) -> None:
    with pytest.raises(z.ZebraLabError) as caught:
        z.lint(CAUSAL, **more)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_stack_does_not_fit_its_plan() -> None:
    stack = np.stack([CAUSAL] * 3)
    with pytest.raises(z.ZebraLabError, match="names 6 layers; the masks have 3"):
        z.lint(stack, expect="S*5 G", window=4)
    with pytest.raises(z.ZebraLabError, match="the masks have 3 layers; a layer is named for a single mask"):
        z.lint(stack, expect="S*5 G", window=4, layer=2)


def test_too_large_is_said_before_it_is_copied() -> None:
    huge = np.broadcast_to(np.float32(0), (64, 16_384, 16_384))
    with pytest.raises(z.ZebraLabError, match="one layer or head of it or as booleans"):
        z.lint(huge)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name, data in {
        "cut.npy": b"\x93NUMPY\x01\x00",
        "noise.safetensors": bytes(range(256)),
        "noise.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "empty.json": b"",
        "binary.txt": bytes(range(128, 256)),
        "list.json": b"[1, 2",
        "other.json": b'{"a": 1}',
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(z.ZebraLabError) as caught:
            z.lint(tmp_path / name)
        assert "\n" not in str(caught.value), name


def test_random_bytes_are_refused_in_words(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for i in range(40):
        suffix = [".npy", ".npz", ".png", ".json", ".safetensors", ".txt"][i % 6]
        path = tmp_path / f"{i}{suffix}"
        path.write_bytes(random.bytes(int(random.integers(1, 200))))
        with pytest.raises(z.ZebraLabError):
            z.lint(path)


torch: Any = pytest.importorskip("torch") if find_spec("torch") else None
needs_torch = pytest.mark.skipif(torch is None, reason="torch is not installed")


@needs_torch
@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "int64", "float16", "bfloat16", "float32", "float64", "float8_e4m3fn"]
)
def test_tensors(dtype: str) -> None:
    of = getattr(torch, dtype)
    back = torch.arange(40)[:, None] - torch.arange(40)
    for size, ok in ((8, True), (9, False)):
        mask = ((back >= 0) & (back < size)).to(of)
        for one in (mask, mask[None, None], mask.t().contiguous().t()):
            assert z.lint(one, expect="causal & window(8)").ok is ok


@needs_torch
@pytest.mark.parametrize("fill", ["min", -65504.0, float("-inf")])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_additive_tensors(dtype: str, fill: Any) -> None:
    of = getattr(torch, dtype)
    value = torch.finfo(of).min if fill == "min" else fill
    back = torch.arange(40)[:, None] - torch.arange(40)
    mask = torch.zeros(1, 1, 40, 40, dtype=of).masked_fill((back < 0) | (back >= 8), value)
    assert z.lint(mask.requires_grad_(), expect="causal & window(8)").differences == ()
    assert z.lint(mask, expect="causal & window(7)").differences[0].cell == z.Cell(7, 0)


@needs_torch
def test_tensors_that_hold_no_numbers() -> None:
    with pytest.raises(z.ZebraLabError, match="meta device"):
        z.lint(torch.ones(4, 4, device="meta"))
    with pytest.raises(z.ZebraLabError, match="is None"):
        z.lint([torch.ones(4, 4), None])
    assert z.lint(torch.ones(8, 8).tril().to_sparse()).ok
    assert z.lint([torch.ones(8, 8).tril().bool()] * 2, expect="G").ok


@needs_torch
def test_block_masks() -> None:
    from torch.nn.attention.flex_attention import create_block_mask

    def sliding(b: Any, h: Any, q: Any, k: Any) -> Any:
        return (q >= k) & (q - k < 8)

    block = create_block_mask(sliding, None, None, 256, 256, device="cpu")
    assert z.lint(block, expect="causal & window(8)").ok
    assert z.lint(block, expect="causal & window(7)").differences[0].cell == z.Cell(7, 0)
    vast = type("BlockMask", (SimpleNamespace,), {})(mask_mod=sliding, shape=(8, 32, 65_536, 65_536))
    with pytest.raises(z.ZebraLabError, match="Make it for a shorter text"):
        z.lint(vast)


def test_true_may_be_any_byte_but_0() -> None:
    """NumPy 1.24 writes 254 for true ^ false."""
    mask = np.tri(12, 19, 7, dtype=bool)
    odd = (mask.view(np.uint8) * 254).view(bool)
    assert z.expect(odd, "causal") == z.expect(mask, "causal")
    assert z.lint(odd, expect=mask).ok


def test_edges_that_are_evenly_spaced_by_chance_are_no_chunks() -> None:
    mask = np.eye(16, 19, 3, dtype=bool)
    mask[6, 16] = mask[10, 2] = mask[12, 13] = True
    found = z.lint(mask, expect="causal & window(1)")
    assert [one.code for one in found if not one.note] == ["L3", "L16"]
    assert found.differences[0].cells == 3
