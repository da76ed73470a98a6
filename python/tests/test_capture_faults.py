"""Faults planted in models: capture sees them, in the right layer and cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from capture_models import FULL, MIXED, SLIDING, WINDOW, texts, tiny
from test_capture_models import expected
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, flash_attention_mask

import zebra_lab


def wrong_cells(
    captured: zebra_lab.Capture, config: Any, padding: tuple[int, ...] = (0,)
) -> list[tuple[int, ...]]:
    """(layer, text, query, key) of each layer's first cell that differs from the config."""
    found = []
    for layer in captured.steps[0].layers:
        for text, start in enumerate(padding):
            cells = layer.masks[min(text, len(layer.masks) - 1)][0].to_array()
            apart = np.argwhere(cells != expected(config.to_json_string(), layer.layer, 12, start))
            if len(apart):
                found.append((layer.layer, text, *map(int, apart[0])))
    return found


def handing(mask: Any) -> Any:
    """A hook that hands a layer `mask(its mask)`."""

    def hook(module: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        return args, {**kwargs, "attention_mask": mask(kwargs["attention_mask"])}

    return hook


@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
def test_a_window_one_too_wide_in_one_layer(kernel: str) -> None:
    model = tiny("olmo3").make(kernel)

    def wider(mask: torch.Tensor) -> torch.Tensor:
        mask, at = mask.clone(), torch.arange(WINDOW, 12)
        mask[:, :, at, at - WINDOW] = True if mask.dtype == torch.bool else 0.0
        return mask

    model.model.layers[2].self_attn.register_forward_pre_hook(handing(wider), with_kwargs=True)
    captured = zebra_lab.capture(model, texts())
    assert wrong_cells(captured, model.config) == [(2, 0, WINDOW, 0)]
    assert captured.steps[0].layers[2].weights is not None  # the layer really read that cell


def test_layers_swapped() -> None:
    model = tiny("gemma3").make("sdpa", layer_types=[SLIDING, FULL, SLIDING, SLIDING])
    released = tiny("gemma3").make("sdpa").config
    assert released.layer_types == MIXED
    # Layer 1 reads key 0 from a window's length on, which the config blocks; layer 3 does not, which it opens.
    assert wrong_cells(zebra_lab.capture(model, texts()), released) == [(1, 0, WINDOW, 0), (3, 0, WINDOW, 0)]


def test_left_padding_ignored() -> None:
    model = tiny("llama").make("sdpa")
    padded = texts(padding=(0, 5))
    assert wrong_cells(zebra_lab.capture(model, padded), model.config, (0, 5)) == []
    ignored = zebra_lab.capture(model, {"input_ids": padded["input_ids"]})
    assert wrong_cells(ignored, model.config, (0, 5)) == [(layer, 1, 0, 0) for layer in range(4)]


@pytest.fixture
def registered() -> Iterator[Any]:
    kernels, masks = dict(AttentionInterface._global_mapping), dict(AttentionMaskInterface._global_mapping)

    def register(name: str, kernel: Any, mask: Any = None) -> None:
        AttentionInterface.register(name, kernel)
        if mask is not None:
            AttentionMaskInterface.register(name, mask)

    yield register
    for interface, mapping in ((AttentionInterface, kernels), (AttentionMaskInterface, masks)):
        interface._global_mapping.clear()
        interface._global_mapping.update(mapping)


def everything(module: Any, query: Any, key: Any, value: Any, mask: Any, **kwargs: Any) -> Any:
    """A kernel that relies on the mask alone."""
    return sdpa_attention_forward(module, query, key, value, mask, **{**kwargs, "is_causal": False})


def test_a_mask_function_that_was_never_registered(registered: Any) -> None:
    registered("mine", everything)
    model = tiny("llama").make("mine")
    with pytest.warns(UserWarning, match="has no mask function"):
        captured = zebra_lab.capture(model, texts())
    assert captured.notes[0].startswith(
        "the model's attention implementation 'mine' has no mask function: layers got no mask, causality depends on "
        "the kernel"
    )
    assert wrong_cells(captured, model.config) == [(layer, 0, 0, 1) for layer in range(4)]
    layer = captured.steps[0].layers[0]
    assert layer.given.form == "none" and layer.weights is not None
    assert layer.notes == ("the kernel is not one of transformers' own; its output is that of no mask",)


def test_a_kernel_that_is_causal_without_a_mask_function(registered: Any) -> None:
    registered("own", lambda *args, **kwargs: sdpa_attention_forward(*args, **kwargs))
    with pytest.warns(UserWarning, match="has no mask function"):
        captured = zebra_lab.capture(model := tiny("mistral").make("own"), texts())
    # Causal by itself, but the window is lost.
    assert wrong_cells(captured, model.config) == [(layer, 0, WINDOW, 0) for layer in range(4)]
    assert "causal by itself" in captured.steps[0].layers[0].notes[0]


def test_a_kernel_whose_rules_cannot_be_found_is_named(registered: Any) -> None:
    def halved(*args: Any, **kwargs: Any) -> Any:
        output, weights = sdpa_attention_forward(*args, **kwargs)
        return output / 2, weights

    registered("halved", halved, AttentionMaskInterface()["sdpa"])
    captured = zebra_lab.capture(tiny("llama").make("halved"), texts())
    for layer in captured.steps[0].layers:
        assert layer.weights is None
        assert "what it reads is not known" in layer.notes[0]
        assert "so they are left out" in layer.notes[1]


@pytest.mark.parametrize("start", [0, 5])
def test_a_flash_kernel_windows_by_itself(registered: Any, start: int) -> None:
    def flash(
        module: Any, query: Any, key: Any, value: Any, mask: Any, sliding_window: Any = None, **kwargs: Any
    ) -> Any:
        rows, keys = query.shape[2], key.shape[2]
        at, to = torch.arange(rows)[:, None] + keys - rows, torch.arange(keys)[None]
        cells = ((to <= at) & (to > at - (sliding_window or keys)))[None, None]
        if mask is not None:
            cells = cells & mask.bool()[:, None, None, :]
        return sdpa_attention_forward(module, query, key, value, cells, scaling=kwargs["scaling"])

    registered("my_flash", flash, flash_attention_mask)
    model = tiny("mistral").make("eager")
    model.config._attn_implementation = "my_flash"  # transformers looks for packages of such a name
    captured = zebra_lab.capture(model, texts(padding=(0, start)), decode=2)
    assert wrong_cells(captured, model.config, (0, start)) == []
    layer = captured.steps[0].layers[0]
    assert layer.weights is not None and layer.given.window == WINDOW
    last = captured.steps[2].layers[0].masks[-1][0].to_array()
    assert last.tolist() == [[False] * 10 + [True] * 4]


def test_a_bool_mask_that_eager_attention_adds_blocks_nothing() -> None:
    model = tiny("llama").make("eager")
    mask = torch.ones(1, 1, 12, 12, dtype=torch.bool).tril()
    captured = zebra_lab.capture(model, {**texts(), "attention_mask": mask})
    assert wrong_cells(captured, model.config) == [(layer, 0, 0, 1) for layer in range(4)]
    assert captured.steps[0].layers[0].given.form == "bool"


def test_unused_slots_of_a_static_cache_are_left_out_and_reading_them_is_an_error() -> None:
    model = tiny("llama").make("sdpa")
    cache = transformers.StaticCache(config=model.config, max_cache_len=32)
    captured = zebra_lab.capture(model, {**texts(), "past_key_values": cache}, decode=2)
    assert [(s.queries, s.keys) for s in captured.steps] == [(12, 12), (1, 13), (1, 14)]
    assert wrong_cells(captured, model.config) == []
    assert "room for 32 keys, and 12 are filled" in captured.steps[0].layers[0].notes[0]
    assert cache.get_seq_length() == 0  # the caller's cache is as it was
    open_ = {
        **texts(),
        "past_key_values": cache,
        "attention_mask": torch.ones(1, 1, 12, 32, dtype=torch.bool),
    }
    with pytest.raises(
        zebra_lab.ZebraLabError, match=r"layer 0 .* reads 240 slots of the cache that hold no token"
    ):
        zebra_lab.capture(model, open_)


@pytest.mark.parametrize("name", ["gpt-oss", "gemma2", "llama4"])
def test_weights_are_computed_with_sinks_softcap_and_chunks(name: str, registered: Any) -> None:
    """A kernel that keeps its weights to itself, against the same kernel that returns them."""
    model = tiny(name).make("eager", **({"attn_logit_softcapping": 0.5} if name == "gemma2" else {}))
    for part, weight in model.named_parameters():
        if "q_proj.weight" in part or "k_proj.weight" in part:
            weight.data.mul_(10)  # attention far from uniform
    returned = zebra_lab.capture(model, texts(padding=(0, 5)), decode=1)
    eager = vars(sys.modules[type(model).__module__])["eager_attention_forward"]
    registered("silent", lambda *args, **kwargs: (eager(*args, **kwargs)[0], None), eager_mask)
    model.set_attn_implementation("silent")
    computed = zebra_lab.capture(model, texts(padding=(0, 5)), decode=1)
    for step, other in zip(returned.steps, computed.steps, strict=True):
        for one, two in zip(step.layers, other.layers, strict=True):
            assert one.weights is not None and two.weights is not None, two.notes
            assert not one.weights.computed and two.weights.computed
            assert one.masks == two.masks
            for text in range(2):
                reads = one.masks[min(text, len(one.masks) - 1)][0].to_array().any(-1)
                first, second = (w.values[text][:, reads] for w in (one.weights, two.weights))
                np.testing.assert_allclose(first, second, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", ["llama", "gemma3"])
def test_weights_of_half_precision_pass_their_check(name: str, dtype: torch.dtype) -> None:
    captured = zebra_lab.capture(tiny(name).make("sdpa").to(dtype), texts(48, padding=(0, 5)), decode=2)
    for step in captured.steps:
        for layer in step.layers:
            assert layer.weights is not None, layer.notes
            assert layer.weights.values.dtype == np.float32
