"""record(): attention calls of plain PyTorch code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F
from torch.nn.functional import scaled_dot_product_attention as imported

import zebra_lab

torch.set_num_threads(1)
CAUSAL = np.tri(6, dtype=bool)


def parts(queries: int = 6, keys: int = 6, heads: int = 2, key_heads: int = 2) -> list[Any]:
    torch.manual_seed(0)
    return [torch.randn(1, h, n, 8) for h, n in ((heads, queries), (key_heads, keys), (key_heads, keys))]


def cells(recording: Any, call: int = 0) -> np.ndarray:
    layers = [layer for step in recording.capture.steps for layer in step.layers]
    return layers[call].masks[0][0].to_array()


def test_calls_are_seen_however_the_function_was_imported() -> None:
    q, k, v = parts()
    with zebra_lab.record() as r:
        by_module = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        by_name = imported(q, k, v, is_causal=True)
    assert torch.equal(by_module, F.scaled_dot_product_attention(q, k, v, is_causal=True))
    assert torch.equal(by_module, by_name)
    (step,) = r.capture.steps
    assert (step.name, step.queries, step.keys) == ("calls", 6, 6)
    assert [layer.layer for layer in step.layers] == [0, 1]
    np.testing.assert_array_equal(cells(r), CAUSAL)
    assert step.layers[0].masks[0][0] is step.layers[1].masks[0][0]
    for layer in step.layers:
        assert layer.called_from is not None
        assert layer.called_from.startswith("test_capture_record.py:")
        assert layer.called_from.endswith(" in test_calls_are_seen_however_the_function_was_imported")
    assert step.layers[0].called_from != step.layers[1].called_from


def test_fewer_queries_than_keys_are_aligned_with_the_first_key_as_torch_does() -> None:
    q, k, v = parts(queries=2, keys=5)
    with zebra_lab.record() as r:
        F.scaled_dot_product_attention(q, k, v, is_causal=True)
    np.testing.assert_array_equal(cells(r), np.tri(2, 5, dtype=bool))
    assert r.capture.steps[0].layers[0].weights is not None  # checked against the output


@pytest.mark.parametrize("form", ["bool", "additive", "one per head", "two axes"])
def test_masks_of_every_form_are_read(form: str) -> None:
    q, k, v = parts()
    mask = torch.rand(2, 6, 6, generator=torch.Generator().manual_seed(2)) > 0.4
    mask[:, :, 0] = True
    given = {
        "bool": mask[None, :1],
        "additive": torch.zeros(1, 1, 6, 6).masked_fill(~mask[:1], torch.finfo(torch.float32).min),
        "one per head": mask[None],
        "two axes": mask[0],
    }[form]
    with zebra_lab.record() as r:
        F.scaled_dot_product_attention(q, k, v, attn_mask=given)
    (layer,) = r.capture.steps[0].layers
    assert len(layer.masks[0]) == (2 if form == "one per head" else 1)
    for head, found in enumerate(layer.masks[0]):
        np.testing.assert_array_equal(found.to_array(), mask[head].numpy())
    assert layer.given.form == ("additive" if form == "additive" else "bool")
    assert layer.weights is not None and layer.weights.computed
    assert (layer.given.fill is not None) == (form == "additive")


def test_grouped_heads_and_bfloat16_weights_are_checked() -> None:
    q, k, v = (part.bfloat16() for part in parts(heads=4, key_heads=2))
    with zebra_lab.record() as r:
        F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    weights = r.capture.steps[0].layers[0].weights
    assert weights is not None
    assert weights.values.shape == (1, 4, 6, 6)
    np.testing.assert_allclose(weights.values.sum(-1), 1, atol=1e-5)


def test_is_causal_that_overrules_a_mask_is_found() -> None:
    """nn.MultiheadAttention drops the mask if is_causal is set and weights are not needed (pytorch #187413)."""
    torch.manual_seed(0)
    attention = torch.nn.MultiheadAttention(16, 2, batch_first=True).eval()
    x = torch.randn(1, 6, 16)
    window = torch.from_numpy(CAUSAL & ~np.tri(6, k=-3, dtype=bool))
    with torch.no_grad(), zebra_lab.record() as r:
        attention(x, x, x, attn_mask=~window, is_causal=True, need_weights=False)
        attention(x, x, x, attn_mask=~window, need_weights=False)
    overruled, kept = r.capture.steps[0].layers
    assert "it dropped the mask" in overruled.notes[0]
    assert overruled.given.is_causal and overruled.given.form != "none"
    # The first cell that the mask blocks and the call reads.
    apart = np.argwhere(overruled.masks[0][0].to_array() != window.numpy())
    assert tuple(apart[0]) == (3, 0)
    np.testing.assert_array_equal(kept.masks[0][0].to_array(), window.numpy())
    assert kept.notes == ()


def test_a_mask_beside_is_causal_is_refused_by_torch_itself() -> None:
    q, k, v = parts()
    with zebra_lab.record() as r, pytest.raises(RuntimeError, match="Explicit attn_mask should not be set"):
        F.scaled_dot_product_attention(q, k, v, attn_mask=torch.ones(6, 6, dtype=torch.bool), is_causal=True)
    assert r.capture.steps == ()
    assert F.scaled_dot_product_attention is imported


def test_shapes_that_change_make_steps() -> None:
    with zebra_lab.record() as r:
        for queries, keys in ((6, 6), (6, 6), (1, 7)):
            F.scaled_dot_product_attention(*parts(queries, keys))
    assert [(s.name, s.queries, s.keys) for s in r.capture.steps] == [("calls 0–1", 6, 6), ("call 2", 1, 7)]


def test_the_block_mask_of_flex_attention_is_evaluated() -> None:
    from torch.nn.attention import flex_attention as flex

    window = 40
    block = flex.create_block_mask(
        lambda b, h, q, k: (q >= k) & (q - k < window), None, None, 256, 256, device="cpu"
    )
    q, k, v = (torch.randn(1, 2, 256, 16, generator=torch.Generator().manual_seed(n)) for n in range(3))
    with zebra_lab.record() as r:
        flex.flex_attention(q, k, v, score_mod=lambda s, b, h, i, j: s * 0.5 + h, block_mask=block)
    (layer,) = r.capture.steps[0].layers
    at = np.arange(256)
    expected = (at[:, None] >= at) & (at[:, None] - at < window)
    np.testing.assert_array_equal(layer.masks[0][0].to_array(), expected)
    assert layer.given.form == "block_mask"
    assert layer.weights is not None, layer.notes
    assert layer.called_from is not None and "in test_the_block_mask" in layer.called_from


def test_a_full_block_is_read_whole_whatever_mask_mod_says() -> None:
    from torch.nn.attention import flex_attention as flex

    block = flex.create_block_mask(lambda b, h, q, k: q // 128 > k // 128, None, None, 256, 256, device="cpu")
    block.mask_mod = lambda b, h, q, k: q < 0
    q, k, v = (torch.randn(1, 1, 256, 16, generator=torch.Generator().manual_seed(n)) for n in range(3))
    with zebra_lab.record() as r:
        flex.flex_attention(q, k, v, block_mask=block)
    found = cells(r)
    assert found[128:, :128].all() and not found[:128].any() and not found[:, 128:].any()


def test_memory_has_a_limit() -> None:
    q, k, v = parts()
    with zebra_lab.record(memory=100) as r, pytest.raises(zebra_lab.ZebraLabError, match="weights=False"):
        F.scaled_dot_product_attention(q, k, v)
    with zebra_lab.record(memory=100, weights=False) as r:
        F.scaled_dot_product_attention(q, k, v)
    assert r.capture.steps[0].layers[0].weights is None


def test_everything_is_restored_after_an_error() -> None:
    from torch.nn.attention import flex_attention as flex

    before = F.scaled_dot_product_attention, flex.flex_attention
    with pytest.raises(KeyError), zebra_lab.record():
        raise KeyError
    assert (F.scaled_dot_product_attention, flex.flex_attention) == before


def test_gradients_flow_through_recorded_calls() -> None:
    q, k, v = parts()
    q.requires_grad_(True)
    with zebra_lab.record():
        F.scaled_dot_product_attention(q, k, v).sum().backward()
    assert q.grad is not None


def test_weights_within_autocast() -> None:
    q, k, v = parts()
    with torch.autocast("cpu", dtype=torch.bfloat16), zebra_lab.record() as r:
        F.scaled_dot_product_attention(q, k, v, is_causal=True)
    weights = r.capture.steps[0].layers[0].weights
    assert weights is not None
    np.testing.assert_allclose(weights.values.sum(-1), 1, atol=1e-5)
    r.capture.expect("causal")


def test_more_calls_than_layers_of_a_capture() -> None:
    q, k, v = parts()
    with zebra_lab.record(weights=False) as r:
        for _ in range(130):
            F.scaled_dot_product_attention(q, k, v, is_causal=True)
    with pytest.raises(zebra_lab.ZebraLabError, match=r"130 layers.*Record fewer calls at a time"):
        r.capture.lint()
