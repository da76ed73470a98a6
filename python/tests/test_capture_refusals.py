"""What capture refuses, and how it proves that it changed nothing."""

from __future__ import annotations

import sys
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from capture_models import BASE, texts, tiny
from test_capture_faults import registered  # noqa: F401
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask
from transformers.modeling_utils import AttentionInterface

import zebra_lab


def refused(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(zebra_lab.ZebraLabError) as caught:
        zebra_lab.capture(*args, **kwargs)
    return str(caught.value)


def test_models_on_the_meta_device() -> None:
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**BASE))
    said = refused(model, texts())
    assert said.startswith(
        "model.embed_tokens.weight is on the meta device and has no numbers; load the model's weights"
    )


def test_sharded_and_offloaded_models() -> None:
    model = tiny("llama").make()
    model.hf_device_map = {"model.embed_tokens": 0, "model.layers": "disk"}
    assert refused(model, texts()).startswith(
        "parts of the model are offloaded to disk; load it whole on one device"
    )
    del model.hf_device_map
    model.model.layers[1]._hf_hook = type("Hook", (), {"offload": True})()
    assert "offloaded to another place" in refused(model, texts())
    del model.model.layers[1]._hf_hook

    class DTensor(torch.Tensor):
        pass

    weight = torch.nn.Parameter(torch.zeros(64, 32).as_subclass(DTensor))
    model.lm_head.weight = weight
    assert refused(model, texts()).startswith(
        "lm_head.weight is a DTensor: the model is sharded over processes"
    )
    assert refused(torch.nn.DataParallel(tiny("llama").make()), texts()).endswith("capture model.module")


def test_compiled_models_are_run_as_they_were_before() -> None:
    model = tiny("llama").make("sdpa")
    captured = zebra_lab.capture(torch.compile(model), texts())
    assert captured.model == "LlamaForCausalLM"
    assert captured.notes[0].startswith("the model is compiled; its original was run")
    model.compile()
    compiled = model._compiled_call_impl
    captured = zebra_lab.capture(model, texts())
    assert captured.notes[0].startswith("the model is compiled; it was run without compiling")
    assert model._compiled_call_impl is compiled
    one_by_one = tiny("llama").make("sdpa")
    one_by_one.model.layers[1] = torch.compile(one_by_one.model.layers[1])
    assert "capture it before torch.compile" in refused(one_by_one, texts())


def test_attention_that_passes_the_interface_by_is_named() -> None:
    falcon = transformers.FalconForCausalLM(
        transformers.FalconConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, vocab_size=64)
    ).eval()
    said = refused(falcon, texts())
    assert said.startswith("layers 0–1 (counted from 0; FalconAttention) computed attention without")
    assert "zebra_lab.record()" in said

    class OwnAttention(torch.nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.layer_idx, self.inner_projection = 2, inner.v_proj

        def forward(self, hidden_states: Any, **kwargs: Any) -> Any:
            return self.inner_projection(hidden_states).repeat(1, 1, 2), None

    model = tiny("llama").make("sdpa")
    model.model.layers[2].self_attn = OwnAttention(model.model.layers[2].self_attn)
    said = refused(model, texts())
    assert said.startswith("layer 2 (counted from 0; OwnAttention)") and "layers=[…]" in said
    assert [layer.layer for layer in zebra_lab.capture(model, texts(), layers=[0, 3]).steps[0].layers] == [
        0,
        3,
    ]


def test_a_large_capture_is_refused_before_anything_runs() -> None:
    class FakeAttention(torch.nn.Module):
        def __init__(self, layer: int) -> None:
            super().__init__()
            self.layer_idx, self.q_proj = layer, torch.nn.Linear(1, 1)

    class Fake(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.config = transformers.LlamaConfig(
                **{**BASE, "hidden_size": 512, "num_attention_heads": 64, "num_hidden_layers": 128}
            )
            self.layers = torch.nn.ModuleList(FakeAttention(layer) for layer in range(128))

        def forward(self, input_ids: Any) -> Any:
            raise AssertionError("it ran")

    model = Fake()
    ids = torch.zeros(1, 32_768, dtype=torch.long)
    said = refused(model, ids)
    assert said == (
        "attention weights of 128 layers × 1 text × 64 heads × 32,768 × 32,768 tokens take 33 TiB, more than 4 GiB; "
        "weights=False keeps the masks alone; up to 357 tokens fit; memory=… allows more"
    )
    assert "layers=[…] with up to 1 of them fits" in refused(model, ids[:, :2048])
    with pytest.raises(AssertionError, match="it ran"):
        zebra_lab.capture(model, ids, weights=False)
    with pytest.raises(AssertionError, match="it ran"):
        zebra_lab.capture(model, ids[:, :357])


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ("text", "pass the model's tokenizer too"),
        (3, "int was given"),
        (torch.rand(2, 3), r"a tensor of float32 \[2, 3\] was given"),
        ([[1, 2], [3]], "differ in length; pad them"),
        ({}, "they hold nothing"),
        ({"input_ids": None}, "they hold input_ids"),
        ({"input_ids": torch.zeros(1, 0, dtype=torch.long)}, "hold no tokens"),
    ],
)
def test_inputs_that_are_none(inputs: Any, says: str) -> None:
    with pytest.raises(zebra_lab.ZebraLabError, match=says):
        zebra_lab.capture(tiny("llama").make(), inputs)


def test_numbers_that_make_no_sense() -> None:
    model = tiny("llama").make()
    assert (
        refused(model, texts(), decode=-1)
        == "decode is a number of tokens to generate, 0 or more; -1 was given"
    )
    assert refused(model, texts(), decode=True).endswith("True was given")
    assert refused(model, texts(), layers=[1, 9]).endswith(
        "9 was given, and the layers with attention are 0–3"
    )
    assert "an empty list was given" in refused(model, texts(), layers=[])
    assert refused("gpt2", texts()).startswith("capture takes a transformers model; str was given")
    assert refused(torch.nn.Linear(2, 2), texts()).endswith("for plain PyTorch use zebra_lab.record()")
    bert = tiny("modernbert").make()
    assert "cannot decode; use decode=0" in refused(bert, texts(), decode=1)


def test_the_model_is_left_as_it_was_found_even_after_an_error() -> None:
    model = tiny("llama").make("sdpa")
    look, item = AttentionInterface.get_interface, AttentionInterface.__getitem__
    torch.manual_seed(3)
    state = torch.get_rng_state()

    def broken(*args: Any) -> None:
        raise RuntimeError("broken")

    handle = model.model.layers[3].register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="broken"):
        zebra_lab.capture(model, texts())
    handle.remove()
    calls = 0

    def at_the_second_run(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("broken")

    handle = model.model.layers[3].register_forward_pre_hook(at_the_second_run)
    with pytest.raises(RuntimeError, match="broken"):
        zebra_lab.capture(model, texts())
    handle.remove()
    assert AttentionInterface.get_interface is look and AttentionInterface.__getitem__ is item
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in model.modules())
    assert model.config._attn_implementation == "sdpa" and not model.training


def test_training_mode_draws_the_same_dropout_twice_and_says_so() -> None:
    model = tiny("llama").make("eager", attention_dropout=0.5).train()
    state = torch.get_rng_state()
    captured = zebra_lab.capture(model, texts())
    assert torch.equal(torch.get_rng_state(), state)
    assert captured.notes[0].startswith("the model is in training mode")
    assert captured.steps[0].layers[0].notes == ("the weights include dropout",)
    assert model.training


def test_outputs_that_vary_without_capture_are_told_apart(registered: Any) -> None:  # noqa: F811
    calls = 0

    def varying(module: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        output, weights = sdpa_attention_forward(module, *args, **kwargs)
        return output + calls, weights

    registered("varying", varying, sdpa_mask)
    assert refused(tiny("llama").make("varying"), texts()).startswith(
        "the model gives other outputs each time, even without capture"
    )


def test_a_kernel_that_behaves_differently_when_watched_is_named(registered: Any) -> None:  # noqa: F811
    def shy(module: Any, *args: Any, **kwargs: Any) -> Any:
        output, weights = sdpa_attention_forward(module, *args, **kwargs)
        watched = sys._getframe(1).f_code.co_name == "watched"
        return (output + 1e-3 if watched and module.layer_idx == 2 else output), weights

    registered("shy", shy, sdpa_mask)
    said = refused(tiny("llama").make("shy"), texts())
    assert "layer 2 (counted from 0, model.layers.2.self_attn) is the first" in said
    assert said.startswith("with capture the outputs of the prefill differ from those without")


def test_other_models_that_run_meanwhile_are_not_captured() -> None:
    model, other = tiny("llama").make("sdpa"), tiny("qwen3").make("sdpa")
    handle = model.model.layers[0].register_forward_pre_hook(lambda *_: other(**texts()) and None)
    captured = zebra_lab.capture(model, texts())
    handle.remove()
    assert [len(step.layers) for step in captured.steps] == [4]


def test_encoders_and_cross_attention_are_steps_of_their_own() -> None:
    model = transformers.BartForConditionalGeneration(
        transformers.BartConfig(
            d_model=32,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=48,
            decoder_ffn_dim=48,
            vocab_size=64,
            max_position_embeddings=64,
        )
    ).eval()
    captured = zebra_lab.capture(model, texts(padding=(0, 5)), decode=1)
    assert [(step.name, step.queries, step.keys) for step in captured.steps] == [
        ("prefill", 1, 1),
        ("prefill, encoder", 12, 12),
        ("prefill, cross-attention", 1, 12),
        ("decode 1", 1, 2),
        ("decode 1, cross-attention", 1, 12),
    ]
    cross = captured.steps[2].layers[1]
    assert cross.module == "model.decoder.layers.1.encoder_attn" and cross.kind == "cross_attention"
    assert cross.masks[1][0].runs.tolist() == [[0, 5, 12]]


class Words:
    """A tokenizer: words are known by their number."""

    def __call__(self, text: Any, **kwargs: Any) -> dict[str, Any]:
        return {"input_ids": torch.tensor([[len(word) + 2 for word in text.split()]])}

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        names = {3: "<s>", 4: "Ġthe", 5: "▁cat", 6: "Ã©", 7: "Ċ"}
        return [names.get(one, f"word{one}") for one in ids]


def test_texts_of_tokens_are_readable_and_include_those_generated() -> None:
    captured = zebra_lab.capture(tiny("llama").make(), "a bb ccc dddd eeeee", tokenizer=Words(), decode=2)
    assert captured.tokens is not None
    (tokens,) = captured.tokens
    assert tokens[:5] == ("<s>", " the", " cat", "é", "\n")
    assert len(tokens) == captured.steps[-1].keys == 7


def test_importing_the_package_does_not_import_torch() -> None:
    import subprocess

    code = "import sys, zebra_lab; zebra_lab.capture, zebra_lab.record; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
def test_inference_mode_and_keys_of_older_versions_are_taken(kernel: str) -> None:
    with torch.inference_mode():
        captured = zebra_lab.capture(tiny("gemma3").make(kernel), texts(padding=(0, 5)), decode=1)
    assert len(captured.steps) == 2
    assert zebra_lab.capture(tiny("llama").make(kernel), [[5, 6, 7]]).steps[0].keys == 3


def test_each_mask_is_kept_once() -> None:
    captured = zebra_lab.capture(tiny("gemma3").make("sdpa"), texts(), decode=1)
    prefill = [layer.masks[0][0] for layer in captured.steps[0].layers]
    assert prefill[0] is prefill[1] is prefill[2] and prefill[0] is not prefill[3]


class Numbers:
    """A tokenizer for ids alone."""

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return [f"id{one}" for one in ids]


@pytest.mark.parametrize("padding", [(0,), (0, 5)])
@pytest.mark.parametrize("name", ["llama", "gemma3", "gpt2"])
def test_decoding_is_that_of_generate(name: str, padding: tuple[int, ...]) -> None:
    if name == "gpt2":
        config = transformers.GPT2Config(
            n_embd=32, n_layer=2, n_head=4, vocab_size=64, bos_token_id=1, eos_token_id=2
        )
        torch.manual_seed(0)
        model = transformers.GPT2LMHeadModel(config).eval()
        model.lm_head.weight.data.mul_(20)
    else:
        model = tiny(name).make("sdpa")
    inputs = texts(padding=padding)
    model.generation_config.eos_token_id = None
    generated = model.generate(**inputs, max_new_tokens=5, do_sample=False, pad_token_id=0)
    captured = zebra_lab.capture(model, inputs, decode=4, tokenizer=Numbers())
    assert captured.tokens is not None
    # generate appends one token more: it does not run the model on the last.
    for text, tokens in enumerate(captured.tokens):
        assert list(tokens) == [f"id{one}" for one in generated[text, :-1].tolist()]


def test_modules_that_attend_several_times_are_numbered_by_calls() -> None:
    config = transformers.DiffLlamaConfig(**BASE)
    captured = zebra_lab.capture(transformers.DiffLlamaForCausalLM(config).eval(), texts())
    assert [layer.layer for layer in captured.steps[0].layers] == list(range(8))
    assert captured.steps[0].layers[1].module == "model.layers.0.self_attn"
    assert "count calls" in captured.steps[0].layers[0].notes[0]
