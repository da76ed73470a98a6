"""Tiny models with random weights, made on the spot: one per family whose masks differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
import transformers

torch.set_num_threads(1)  # tiny tensors gain nothing from more

LAYERS = 4
VOCABULARY = 64
WINDOW = 4
BASE = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
SLIDING, FULL = "sliding_attention", "full_attention"
MIXED = [SLIDING, SLIDING, SLIDING, FULL]


@dataclass(frozen=True)
class Tiny:
    name: str
    config: str  # the class in transformers
    model: str
    own: dict[str, Any] = field(default_factory=dict)
    decodes: bool = True
    kernels: tuple[str, ...] = ("eager", "sdpa")
    without: tuple[str, ...] = ()  # of BASE, what the config does not take

    def missing(self) -> str | None:
        lacking = [name for name in (self.config, self.model) if not hasattr(transformers, name)]
        return (
            f"transformers {transformers.__version__} has no {' and no '.join(lacking)}" if lacking else None
        )

    def make(self, kernel: str = "eager", **changed: Any) -> Any:
        given = {**BASE, **self.own, **changed}
        config = getattr(transformers, self.config)(
            **{k: v for k, v in given.items() if k not in self.without}
        )
        torch.manual_seed(0)
        config._attn_implementation = kernel
        return getattr(transformers, self.model)._from_config(config, attn_implementation=kernel).eval()


MOE = {"num_local_experts": 4, "num_experts_per_tok": 2}
TINY = [
    Tiny("llama", "LlamaConfig", "LlamaForCausalLM"),
    Tiny("mistral", "MistralConfig", "MistralForCausalLM", {"sliding_window": WINDOW}),
    Tiny(
        "gemma2",
        "Gemma2Config",
        "Gemma2ForCausalLM",
        {"sliding_window": WINDOW, "query_pre_attn_scalar": 8},
        kernels=("eager",),
    ),
    Tiny(
        "gemma3",
        "Gemma3TextConfig",
        "Gemma3ForCausalLM",
        {"sliding_window": WINDOW, "layer_types": MIXED, "query_pre_attn_scalar": 8},
    ),
    Tiny(
        "gemma4",
        "Gemma4TextConfig",
        "Gemma4ForCausalLM",
        {
            "sliding_window": WINDOW,
            "layer_types": MIXED,
            "global_head_dim": 8,
            "hidden_size_per_layer_input": 8,
            "vocab_size_per_layer_input": VOCABULARY,
            "num_kv_shared_layers": 0,
        },
    ),
    Tiny(
        "gpt-oss",
        "GptOssConfig",
        "GptOssForCausalLM",
        {"sliding_window": WINDOW, "layer_types": [SLIDING, FULL] * 2, **MOE},
        kernels=("eager",),
    ),
    Tiny("cohere2", "Cohere2Config", "Cohere2ForCausalLM", {"sliding_window": WINDOW, "layer_types": MIXED}),
    Tiny("olmo3", "Olmo3Config", "Olmo3ForCausalLM", {"sliding_window": WINDOW, "layer_types": MIXED}),
    Tiny(
        "modernbert",
        "ModernBertConfig",
        "ModernBertForMaskedLM",
        {"local_attention": WINDOW, "global_attn_every_n_layers": 2, "reference_compile": False},
        decodes=False,
        without=("num_key_value_heads", "head_dim"),
    ),
    Tiny(
        "llama4",
        "Llama4TextConfig",
        "Llama4ForCausalLM",
        {"attention_chunk_size": WINDOW, "intermediate_size_mlp": 48, **MOE, "interleave_moe_layer_step": 2},
    ),
    Tiny(
        "mimo-v2-flash",
        "MiMoV2FlashConfig",
        "MiMoV2FlashForCausalLM",
        {"sliding_window": WINDOW, "layer_types": [FULL, SLIDING] * 2},
        kernels=("eager",),
    ),
    Tiny(
        "deepseek-v4",
        "DeepseekV4Config",
        "DeepseekV4ForCausalLM",
        {
            "sliding_window": WINDOW,
            "compress_rates": {"compressed_sparse_attention": 4, "heavily_compressed_attention": 4},
        },
        kernels=("eager",),
    ),
    Tiny("qwen3", "Qwen3Config", "Qwen3ForCausalLM"),
    Tiny(
        "qwen3-next",
        "Qwen3NextConfig",
        "Qwen3NextForCausalLM",
        {"layer_types": ["linear_attention", FULL] * 2},
    ),
]


def tiny(name: str) -> Tiny:
    return next(one for one in TINY if one.name == name)


def texts(length: int = 12, padding: tuple[int, ...] = (0,)) -> dict[str, torch.Tensor]:
    """A batch whose texts start after as many tokens of padding; without padding, without an attention mask."""
    ids = torch.randint(3, VOCABULARY, (len(padding), length), generator=torch.Generator().manual_seed(1))
    if not any(padding):
        return {"input_ids": ids}
    mask = torch.ones_like(ids)
    for text, number in enumerate(padding):
        mask[text, :number] = 0
        ids[text, :number] = 0
    return {"input_ids": ids, "attention_mask": mask}
