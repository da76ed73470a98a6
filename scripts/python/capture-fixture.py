"""Makes test/fixtures/capture/hybrid.zip: a small random Gemma 3, whose fifth layer reads one key too many.

`python scripts/python/capture-fixture.py`, with torch, transformers and the package (npm run python:build) at hand.
"""

import os
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedTokenizerFast

import zebra_lab

OUT = Path(__file__).parents[2] / "test/fixtures/capture/hybrid.zip"
WINDOW = 6
TEXTS = [
    "The zebra drinks at the river and the lion waits in the long grass until the evening comes",
    "A window of six tokens forgets what came before it",
]

torch.manual_seed(0)
words = sorted({word for text in TEXTS for word in text.split()})
vocabulary = {word: at for at, word in enumerate(["<pad>", *words])}
plain = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
plain.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", padding_side="left")
config = Gemma3TextConfig(
    vocab_size=len(vocabulary),
    hidden_size=32,
    intermediate_size=32,
    num_hidden_layers=6,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=16,
    sliding_window=WINDOW,
    layer_types=["sliding_attention"] * 5 + ["full_attention"],
    pad_token_id=0,
    bos_token_id=None,
    eos_token_id=None,
)
model = Gemma3ForCausalLM(config).eval()


def wider(module, args, kwargs):
    mask = kwargs["attention_mask"]
    keys = mask.shape[-1]
    queries = torch.arange(keys - mask.shape[-2], keys)
    far = (queries[:, None] - torch.arange(keys)) == WINDOW
    real = tokens["attention_mask"].bool()
    real = torch.nn.functional.pad(real, (0, keys - real.shape[1]), value=True)
    return args, {**kwargs, "attention_mask": mask | (far & real[:, None, None, :])}


model.model.layers[4].self_attn.register_forward_pre_hook(wider, with_kwargs=True)
tokens = tokenizer(TEXTS, return_tensors="pt", padding=True)
tokens.pop("token_type_ids", None)
captured = zebra_lab.capture(model, tokens, decode=2, tokenizer=tokenizer)
OUT.parent.mkdir(parents=True, exist_ok=True)
captured.save(OUT)
print(f"{OUT.relative_to(Path.cwd())}: {os.path.getsize(OUT):,} bytes")
print(captured.lint())
