"""Models that read images: the layers that write text are those that are checked, and images may read both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import zebra_lab as z

torch.set_num_threads(1)
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 64,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
VISION = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "image_size": 16,
    "patch_size": 4,
}
IMAGE = 60


def made(config: Any, kind: str) -> Any:
    torch.manual_seed(0)
    return getattr(transformers, kind)._from_config(config, attn_implementation="sdpa").eval()


def test_images_of_gemma_3_read_both_ways(tmp_path: Path) -> None:
    config = transformers.Gemma3Config(
        text_config={
            **TEXT,
            "head_dim": 8,
            "sliding_window": 5,
            "layer_types": ["sliding_attention"] * 3 + ["full_attention"],
        },
        vision_config=VISION,
        mm_tokens_per_image=4,
        image_token_id=IMAGE,
        boi_token_index=61,
        eoi_token_index=62,
    )
    config.image_token_index = IMAGE
    tokens = torch.tensor([[1, 5, 61, *[IMAGE] * 4, 62, 6, 7, 8, 9]])
    given = {
        "input_ids": tokens,
        "token_type_ids": (tokens == IMAGE).long(),
        "pixel_values": torch.randn(1, 3, 16, 16),
    }
    captured = z.capture(made(config, "Gemma3ForConditionalGeneration"), given, decode=2)
    assert captured.spans == (((3, 7),),)
    assert any("vision_tower.head.attention" in note for note in captured.notes)
    for one in (captured, z.open(captured.save(tmp_path / "x.zip"))):
        one.assert_ok()
        one.expect("S*3 G", window=5)
        with pytest.raises(AssertionError):
            one.expect("S*3 G", window=4)
    # The same tokens without their types are read as text, and the image is causal.
    del given["token_type_ids"]
    plain = z.capture(made(config, "Gemma3ForConditionalGeneration"), {"input_ids": tokens})
    assert plain.spans is None


def test_the_layers_that_write_text_are_found_behind_those_that_read_images() -> None:
    if not hasattr(transformers, "Qwen2VLConfig"):
        pytest.skip(f"transformers {transformers.__version__} has no Qwen2VLConfig")
    rotary = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e4}
    config = transformers.Qwen2VLConfig(
        text_config={**TEXT, "rope_parameters": rotary},
        vision_config={
            "depth": 2,
            "embed_dim": 32,
            "hidden_size": 32,
            "num_heads": 4,
            "patch_size": 4,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "in_chans": 3,
        },
        image_token_id=IMAGE,
        vision_start_token_id=61,
        vision_end_token_id=62,
    )
    tokens = torch.tensor([[1, 5, 61, *[IMAGE] * 4, 62, 6, 7, 8]])
    given = {
        "input_ids": tokens,
        "pixel_values": torch.randn(16, 96),
        "image_grid_thw": torch.tensor([[1, 4, 4]]),
        "mm_token_type_ids": (tokens == IMAGE).int(),
    }
    captured = z.capture(made(config, "Qwen2VLForConditionalGeneration"), given, decode=2)
    [prefill] = [step for step in captured.steps if step.name == "prefill"]
    assert [layer.module for layer in prefill.layers] == [
        f"model.language_model.layers.{at}.self_attn" for at in range(4)
    ]
    captured.expect("causal")
