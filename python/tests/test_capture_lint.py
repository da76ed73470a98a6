"""What was captured is what the config says, as lint tells it; and planted faults are found in their layer and cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch.nn.functional as F
from capture_models import FULL, SLIDING, TINY, WINDOW, Tiny, texts, tiny
from test_capture_faults import everything, handing, registered  # noqa: F401

import zebra_lab as z

PADDINGS = [pytest.param((0,), id="one text"), pytest.param((0, 5), id="left padding")]
CASES = [pytest.param(one, kernel, id=f"{one.name}-{kernel}") for one in TINY for kernel in one.kernels]


def places(found: z.Findings) -> list[tuple[Any, ...]]:
    """(code, layers, cell, step and text) of each finding that is not a note."""
    return [(one.code, one.layers, one.cell and tuple(one.cell), one.of) for one in found if not one.note]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("one", "kernel"), CASES)
def test_a_released_family_reads_what_its_config_says(
    one: Tiny, kernel: str, padding: tuple[int, ...], tmp_path: Path
) -> None:
    captured = z.capture(one.make(kernel), texts(padding=padding), decode=3 if one.decodes else 0)
    assert captured.padding == (None if not any(padding) else tuple((start, 0) for start in padding))
    found = captured.lint()
    if one.name == "deepseek-v4" and any(padding):
        # Its compressed keys are made of padding (test_capture_models.py proves that the output depends on it).
        assert ("L17", (0, 1, 2, 3), (8, 0), "prefill, text 1") in places(found)
    else:
        found.assert_ok()
    assert "not compared" not in str(found)
    assert z.open(captured.save(tmp_path / "x.zip")).lint() == found


def test_each_layer_was_compared() -> None:
    found = z.capture(tiny("gemma3").make("sdpa"), texts(), decode=1).lint()
    assert str(found) == "No findings: each layer reads what it should."


def test_layers_of_another_stack_are_not_compared_with_the_config() -> None:
    captured = z.capture(tiny("llama").make("sdpa"), texts())
    [prefill] = captured.steps
    encoder = z.Step("prefill, encoder", 12, 12, prefill.layers, "encoder")
    found = z.Capture((prefill, encoder), captured.model, captured.config).lint()
    assert found.ok
    assert found.remarks == (
        "prefill, encoder: not compared with a config (it has no config that says what these layers read); each mask "
        "was checked against the pattern it is nearest to",
    )


# ------------------------------------------------------------------------------------------------- planted faults


def wider(mask: Any) -> Any:
    mask, at = mask.clone(), torch.arange(WINDOW, 12)
    mask[:, :, at, at - WINDOW] = True if mask.dtype == torch.bool else 0.0
    return mask


@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
def test_a_window_one_too_wide(kernel: str) -> None:
    model = tiny("olmo3").make(kernel)
    model.model.layers[2].self_attn.register_forward_pre_hook(handing(wider), with_kwargs=True)
    captured = z.capture(model, texts())
    assert places(captured.lint()) == [("L5", (2,), (WINDOW, 0), "prefill")]
    with pytest.raises(AssertionError, match=rf"Layer 3 \(index 2\), query {WINDOW}, key 0"):
        captured.assert_ok()
    with pytest.raises(AssertionError, match=rf"Layer 3 \(index 2\), query {WINDOW}, key 0"):
        captured.expect("S*3 G", window=WINDOW)


def test_only_captured_layers_are_compared_with_the_plan_by_their_numbers() -> None:
    model = tiny("olmo3").make("sdpa")
    assert [model.config.layer_types[layer] for layer in (2, 3)] == [SLIDING, FULL]
    captured = z.capture(model, texts(), decode=1, layers=[2, 3])
    captured.expect("S*3 G", window=WINDOW)
    with pytest.raises(AssertionError):
        captured.expect("S*2 G", window=WINDOW)


def test_layers_swapped() -> None:
    released = tiny("gemma3").make("sdpa").config.to_dict()
    model = tiny("gemma3").make("sdpa", layer_types=[SLIDING, FULL, SLIDING, SLIDING])
    made = z.capture(model, texts())
    found = z.Capture(made.steps, made.model, released).lint()
    assert [(one.layers, tuple(one.cell), one.reads) for one in found.differences] == [
        ((1,), (WINDOW, 0), True),
        ((3,), (WINDOW, 0), False),
    ]
    [wrong] = found
    assert (wrong.code, wrong.layers) == ("L10", (1,)) and "wrong too: layer 4" in wrong.what


def test_left_padding_ignored() -> None:
    model = tiny("llama").make("sdpa")
    padded = texts(padding=(0, 5))
    made = z.capture(model, {"input_ids": padded["input_ids"]})
    assert made.padding is None and made.lint().ok  # nothing says that there is padding
    found = z.Capture(made.steps, made.model, made.config, padding=((0, 0), (5, 0))).lint()
    assert places(found) == [("L17", (0, 1, 2, 3), (5, 0), "prefill, text 1")]


def test_is_causal_that_overrules_a_mask() -> None:
    """nn.MultiheadAttention drops the mask; what it read is causal alone, without the window it was given."""
    attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    window = torch.ones(12, 12).tril().triu(1 - WINDOW) == 0  # True blocks
    x = torch.randn(1, 12, 8, generator=torch.Generator().manual_seed(0))
    with z.record() as r, torch.no_grad():
        attention(x, x, x, attn_mask=window, is_causal=True, need_weights=False)
    found = r.capture.lint(expect=f"causal & window({WINDOW})")
    assert [tuple(one.cell) for one in found.differences] == [(WINDOW, 0)]
    assert "it dropped the mask" in str(found)


def test_a_call_of_plain_pytorch_with_a_window_one_too_wide() -> None:
    cells = torch.ones(12, 12, dtype=torch.bool).tril().triu(-WINDOW)
    q = torch.randn(1, 2, 12, 4, generator=torch.Generator().manual_seed(0))
    with z.record() as r:
        F.scaled_dot_product_attention(q, q, q, attn_mask=cells)
    found = r.capture.lint(expect=f"causal & window({WINDOW})")
    assert [(one.code, tuple(one.cell)) for one in found] == [("L5", (WINDOW, 0))]


def test_a_mask_function_that_was_never_registered(registered: Any) -> None:  # noqa: F811
    registered("mine", everything)
    with pytest.warns(UserWarning, match="has no mask function"):
        found = z.capture(tiny("llama").make("mine"), texts()).lint()
    assert [(layers, cell) for _, layers, cell, _ in places(found)] == [((0, 1, 2, 3), (0, 1))]
    assert "has no mask function: layers got no mask" in str(found)


def test_chunks_of_padded_texts_are_counted_from_the_first_token() -> None:
    """Counted from the padding, as transformers did before 4.55, they are found (transformers #40324)."""
    made = z.capture(tiny("llama4").make("sdpa"), texts(padding=(0, 5)))
    [step] = made.steps
    from_padding = z.Mask.of([[k <= q and q // 4 == k // 4 and k >= 5 for k in range(12)] for q in range(12)])
    layers = tuple(
        z.Layer(one.layer, ((one.masks[0][0],), (from_padding,)), one.given)
        if len(one.masks) > 1 and one.layer == 0
        else one
        for one in step.layers
    )
    found = z.Capture(
        (z.Step("prefill", 12, 12, layers),), made.model, made.config, padding=made.padding
    ).lint()
    assert [(one.layers, tuple(one.cell), one.of) for one in found.differences] == [
        ((0,), (8, 5), "prefill, text 1")
    ]


@pytest.mark.parametrize("name", ["llama", "gemma3", "llama4"])
def test_padding_on_either_side_is_padding_in_every_step(name: str) -> None:
    """Tokens that are generated after padding on the right read the text before it, and not the padding between."""
    ids = torch.randint(3, 64, (3, 12), generator=torch.Generator().manual_seed(1))
    real = torch.ones_like(ids)
    real[1, :3], real[2, -4:] = 0, 0
    captured = z.capture(tiny(name).make("sdpa"), {"input_ids": ids, "attention_mask": real}, decode=2)
    assert captured.padding == ((0, 0), (3, 0), (0, 4))
    captured.assert_ok()
    # Without the mask, the third text reads its padding in every step.
    read = z.capture(tiny(name).make("sdpa"), {"input_ids": ids}, decode=2)
    found = z.Capture(read.steps, read.model, read.config, padding=captured.padding).lint()
    assert {"decode 1, text 2", "decode 2, text 2"} <= {one.of for one in found.differences}


def test_an_encoder_and_its_decoder_are_checked_though_the_decoder_begins_with_one_token(
    tmp_path: Path,
) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=64, d_model=32, d_kv=8, d_ff=32, num_layers=2, num_heads=4, decoder_start_token_id=0
    )
    made = z.capture(T5ForConditionalGeneration(config).eval(), torch.randint(3, 64, (1, 7)), decode=3)
    assert made.steps[0].keys == 1
    found = made.lint().assert_ok()
    assert "prefill has one token, which has nothing to check, and is left out" in found.remarks
    assert any(one.startswith("prefill, encoder; ") for one in found.remarks)
    assert made.show().part == 0
    assert z.open(made.save(tmp_path / "x.zip")).lint() == found
    with pytest.raises(z.ZebraLabError, match="every step of the capture has one token"):
        z.Capture(made.steps[:1]).lint()


def test_captures_in_several_threads_wait_for_one_another() -> None:
    from concurrent.futures import ThreadPoolExecutor

    models = [tiny(name).make("sdpa") for name in ("llama", "mistral", "gemma3", "llama")]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda model: z.capture(model, texts(), decode=2).lint().ok, models))
    assert found == [True] * 4


def test_a_model_within_autocast() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        captured = z.capture(tiny("gemma3").make("sdpa"), texts(padding=(0, 5)), decode=2)
    captured.assert_ok()
    assert all(layer.weights is not None for step in captured.steps for layer in step.layers)
