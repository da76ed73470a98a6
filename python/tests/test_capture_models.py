"""Tiny random models of a dozen families: capture changes nothing, and what it sees is what the config says."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from capture_models import TINY, Tiny, texts, tiny

import zebra_lab
from zebra_lab._engine import ask

DECODED = 3
CASES = [pytest.param(one, kernel, id=f"{one.name}-{kernel}") for one in TINY for kernel in one.kernels]
PADDINGS = [pytest.param((0,), id="one text"), pytest.param((0, 5), id="left padding")]


def made(one: Tiny, kernel: str) -> Any:
    if (missing := one.missing()) is not None:
        pytest.skip(missing)
    return one.make(kernel)


@cache
def config_masks(config: str, tokens: int) -> tuple[list[dict[str, str]], list[np.ndarray]]:
    """bool [tokens, tokens] per layer, read from the config by the site's code."""
    layers, files = ask("configMasks", {"config": config, "T": tokens})
    runs = [np.frombuffer(file, dtype=np.int32).reshape(-1, 3) for file in files]
    return layers, [zebra_lab.Mask(tokens, tokens, one).to_array() for one in runs]


def expected(config: str, layer: int, tokens: int, padding: int) -> np.ndarray:
    """What a text reads that starts after `padding` tokens: as one without padding, further on."""
    cells = np.zeros((tokens, tokens), dtype=bool)
    cells[padding:, padding:] = config_masks(config, tokens - padding)[1][layer]
    return cells


def generated(model: Any, inputs: dict[str, torch.Tensor], steps: int) -> list[torch.Tensor]:
    """Logits of the prefill and of each step, without any code of this package."""
    logits = []
    cache = None
    call = dict(inputs)
    for _ in range(steps + 1):
        with torch.no_grad():
            out = model(**call, **({} if cache is None else {"past_key_values": cache}))
        logits.append(out.logits.clone())
        cache = out.past_key_values
        call["input_ids"] = out.logits[:, -1:].argmax(-1)
        if "attention_mask" in call:
            ones = torch.ones_like(call["input_ids"])
            call["attention_mask"] = torch.cat([call["attention_mask"], ones], dim=1)
    return logits


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("one", "kernel"), CASES)
def test_capture_sees_what_the_config_says(one: Tiny, kernel: str, padding: tuple[int, ...]) -> None:
    model = made(one, kernel)
    captured = zebra_lab.capture(model, texts(padding=padding), decode=DECODED if one.decodes else 0)
    config = model.config.to_json_string()
    kinds = [layer["kind"] for layer in config_masks(config, 12)[0]]
    attends = [at for at, kind in enumerate(kinds) if kind not in ("state", "none")]
    assert [step.name for step in captured.steps] == ["prefill", "decode 1", "decode 2", "decode 3"][
        : len(captured.steps)
    ]
    assert len(captured.steps) == (1 + DECODED if one.decodes else 1)
    for step in captured.steps:
        assert [layer.layer for layer in step.layers] == attends
        for layer in step.layers:
            for text, start in enumerate(padding):
                found = layer.masks[min(text, len(layer.masks) - 1)][0].to_array()
                wanted = expected(config, layer.layer, step.keys, start)[-step.queries :]
                if one.name == "deepseek-v4" and start:
                    continue  # transformers compresses the padding too; the test below shows it
                if not one.decodes:  # an encoder's padding reads the text too, and nothing reads the padding
                    found, wanted = found[start:], wanted[start:]
                np.testing.assert_array_equal(found, wanted, f"{step.name}, layer {layer.layer}, text {text}")


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("one", "kernel"), CASES)
def test_capture_changes_nothing(
    one: Tiny, kernel: str, padding: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(one, kernel)
    inputs = texts(padding=padding)
    before = json.dumps(sorted(model.state_dict()), default=str)
    seen: list[torch.Tensor] = []
    forward = type(model).forward

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        out = forward(self, *args, **kwargs)
        seen.append(out.logits.clone())
        return out

    noted.__signature__ = __import__("inspect").signature(forward)  # type: ignore[attr-defined]
    monkeypatch.setattr(type(model), "forward", noted)
    # positions are counted from the first token of each text by capture, from that of the batch by `generated`
    given = dict(inputs)
    if any(padding):
        given["position_ids"] = torch.arange(12)[None].expand(len(padding), -1)
        if "position_ids" not in noted.__signature__.parameters:  # type: ignore[attr-defined]
            del given["position_ids"]
    zebra_lab.capture(model, given, decode=DECODED if one.decodes else 0)
    monkeypatch.undo()
    alone = generated(model, inputs, DECODED) if one.decodes else [model(**inputs).logits.detach()]
    steps = len(alone)
    assert len(seen) == 2 * steps
    for run in (seen[:steps], seen[steps:]):
        for step, (with_capture, without) in enumerate(zip(run, alone, strict=True)):
            assert torch.equal(with_capture, without), f"step {step}"
    assert json.dumps(sorted(model.state_dict()), default=str) == before


@pytest.mark.parametrize(("one", "kernel"), CASES)
def test_weights_follow_the_masks_and_sum_to_one(one: Tiny, kernel: str) -> None:
    captured = zebra_lab.capture(made(one, kernel), texts(padding=(0, 5)), decode=1 if one.decodes else 0)
    for step in captured.steps:
        for layer in step.layers:
            assert layer.weights is not None, layer.notes
            values = layer.weights.values
            assert values.shape == (2, 4, step.queries, step.keys)
            for text in range(2):
                open_ = layer.masks[min(text, len(layer.masks) - 1)][0].to_array()
                reads = open_.any(axis=1)
                assert (values[text][:, ~open_ & reads[:, None]] == 0).all()
                total = values[text][:, reads].sum(-1)
                assert (total <= 1 + 1e-5).all() and (total > 0).all()
                if one.name not in (
                    "gpt-oss",
                    "mimo-v2-flash",
                    "deepseek-v4",
                ):  # sinks, or entries beside tokens
                    np.testing.assert_allclose(total, 1, atol=1e-5)


def test_the_classes_that_this_version_has_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    missing = {one.name: one.missing() for one in TINY if one.missing()}
    print("\n".join(f"not tested: {name}, {why}" for name, why in missing.items()))
    assert len(TINY) - len(missing) >= 9


def test_hybrid_models_name_the_layers_that_have_no_mask() -> None:
    captured = zebra_lab.capture(made(tiny("qwen3-next"), "sdpa"), texts())
    assert [layer.layer for layer in captured.steps[0].layers] == [1, 3]
    assert captured.notes == (
        "layers 0, 2 (counted from 0; linear_attention) read no keys through a mask and are not in the capture",
    )


@pytest.mark.parametrize("name", ["llama", "deepseek-v4"])
def test_padding_that_is_read_changes_the_output(name: str) -> None:
    model = made(tiny(name), "eager")
    inputs = texts(padding=(5,))
    seen = zebra_lab.capture(model, inputs).steps[0].layers
    reads = any(layer.masks[0][0].to_array()[:, :5].any() for layer in seen)
    other = {**inputs, "input_ids": inputs["input_ids"].clone()}
    other["input_ids"][:, :5] = 7
    with torch.no_grad():
        same = torch.equal(model(**inputs).logits[:, 5:], model(**other).logits[:, 5:])
    assert reads == (not same)
    assert reads == (name == "deepseek-v4")


@pytest.mark.parametrize("layer", [2, 3])
def test_tokens_read_through_compressed_keys_are_those_that_change_the_output(layer: int) -> None:
    """Derivatives of a DeepSeek-V4 layer's output by its inputs, against the mask; each query picks two entries."""
    one = tiny("deepseek-v4")
    if (missing := one.missing()) is not None:
        pytest.skip(missing)
    model = one.make("eager", index_topk=2)
    inputs = {**texts(length=28), "use_cache": False}
    given: dict[str, Any] = {}
    attention = model.model.layers[layer].self_attn

    def noted(module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        given.update(kwargs, hidden_states=(args[0] if args else kwargs["hidden_states"]))

    handle = attention.register_forward_pre_hook(noted, with_kwargs=True)
    captured = zebra_lab.capture(model, inputs)
    handle.remove()
    hidden = given.pop("hidden_states").detach().requires_grad_(True)
    output = attention(hidden, **given)[0]
    mask = captured.steps[0].layers[layer].masks[0][0].to_array()
    for query in range(28):
        (slope,) = torch.autograd.grad(output[0, query].square().sum(), hidden, retain_graph=True)
        np.testing.assert_array_equal(slope[0].abs().sum(-1).numpy() > 0, mask[query], f"query {query}")
    assert mask[-1].all() == (layer == 2)
