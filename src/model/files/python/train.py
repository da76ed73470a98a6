"""Continues to train the model of this folder, in one process or many: FSDP, and FlexAttention on CUDA devices.

    torchrun --nproc_per_node 8 train.py --text corpus.txt --out trained --steps 2000 --batch 8 --context 4096
    torchrun --nproc_per_node 2 train.py --text corpus.txt --out trained --steps 3 --device cpu

AdamW (betas 0.9, 0.95), clipping by the global norm, warm-up, a cosine down to a tenth. Text becomes tokens by
tokenizer.json, a character each. --fresh begins with new weights of the same architecture. Rank 0 writes the folder OUT,
which loads as this one does.
"""

import argparse
import json
import math
import os
import shutil
import sys
from functools import lru_cache
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from modeling_zebra import APPROXIMATE, Zebra, eager, first_key, reads, summaries_of
from safetensors.torch import load_file, save_file
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

HERE = Path(__file__).parent


def flex():
    """FlexAttention: block masks from the layers' rules; summaries are keys behind the tokens, with ln C on their scores."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    compiled = torch.compile(flex_attention)

    def block_mask(T, kind, window, chunk, rule, device, documents=None):
        def mask_mod(b, h, q, k):
            exact = reads(q, k, T, kind, window, chunk, rule)
            if documents is not None:
                exact = exact & (documents[b, q] == documents[b, k])
            if kind != APPROXIMATE:
                return exact
            summary = (k - T + 1) * chunk <= first_key(q, kind, window, chunk)
            return ((k < T) & exact) | ((k >= T) & summary)

        keys = T + summaries_of(T, kind, window, chunk)
        B = None if documents is None else documents.shape[0]
        return create_block_mask(mask_mod, B, None, T, keys, device=device)

    masks = lru_cache(None)(block_mask)
    held = {}  # those of one batch: layers of a kind share theirs

    def attend(layer, q, k, v, documents=None):
        T = q.shape[2]
        kind = (T, layer.kind, layer.window, layer.chunk, layer.rule, q.device)
        if documents is None:
            mask = masks(*kind)
        else:
            if held.get("documents") is not documents:
                held.clear()
                held["documents"] = documents
            if kind not in held:
                held[kind] = block_mask(*kind, documents)
            mask = held[kind]
        bias = math.log(layer.chunk)
        score = (lambda s, b, h, i, j: torch.where(j >= T, s + bias, s)) if k.shape[2] > T else None
        return compiled(q, k, v, score_mod=score, block_mask=mask, enable_gqa=layer.heads != layer.kv_heads)

    return attend


def text_of(path):
    """The tokenizer's model, and the text in what is a token to it: characters, or bytes."""
    tokenizer = json.loads((HERE / "tokenizer.json").read_text())["model"]
    text = Path(path).read_text(encoding="utf-8")
    return tokenizer, text.encode() if tokenizer["type"] == "BPE" else text


def tokens_of(path):
    tokenizer, text = text_of(path)
    if isinstance(text, bytes):
        return torch.tensor(list(text))
    vocabulary, unknown = tokenizer["vocab"], tokenizer["unk_token"]
    return torch.tensor([vocabulary.get(letter, vocabulary[unknown]) for letter in text])


def documents_of(path, separator):
    """For each token of the text, how many documents ended before it: a document ends with its separator."""
    (_, text), at, ends = text_of(path), 0, []
    separator = separator.encode() if isinstance(text, bytes) else separator
    while (at := text.find(separator, at)) >= 0:
        at += len(separator)
        ends.append(at)
    documents = torch.zeros(len(text) + 1, dtype=torch.long)
    documents[torch.tensor(ends, dtype=torch.long)] += 1
    return documents.cumsum(0)[:-1]


def restarted(documents):
    """Positions that begin at 0 in each document of a row; documents [B, T]."""
    at = torch.arange(documents.shape[1], device=documents.device).expand_as(documents)
    begins = torch.ones_like(documents, dtype=torch.bool)
    begins[:, 1:] = documents[:, 1:] != documents[:, :-1]
    return at - torch.where(begins, at, 0).cummax(1).values


def rate_at(step, steps, warmup, rate):
    if step <= warmup:
        return rate * step / max(1, warmup)
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * progress)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=8, help="sequences per process")
    parser.add_argument("--context", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=20)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--documents", metavar="SEPARATOR", help=r"text that ends a document, \n\n for paragraphs: no layer reads past it")
    parser.add_argument("--restart", action="store_true", help="positions begin at 0 in each document")
    given = parser.parse_args()

    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost", "MASTER_PORT": "29511"}.items():
        os.environ.setdefault(name, value)
    dist.init_process_group("nccl" if given.device == "cuda" else "gloo")
    device = torch.device("cpu")
    if given.device == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)

    torch.manual_seed(given.seed)
    model = Zebra.from_folder(HERE)
    if given.fresh:
        model = Zebra(model.config)
        for name, weight in model.named_parameters():
            if weight.dim() == 2:
                torch.nn.init.normal_(weight, std=0.02 if "embed" in name else 0.6 / math.sqrt(weight.shape[1]))
    model.to(device)
    mesh = init_device_mesh(given.device, (world,))
    for layer in model.model["layers"]:
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)
    attend = flex() if given.device == "cuda" else eager
    optimizer = torch.optim.AdamW(model.parameters(), lr=given.rate, betas=(0.9, 0.95), weight_decay=given.decay)

    tokens = tokens_of(given.text)
    T = given.context or min(model.config["max_position_embeddings"], len(tokens) - 2)
    assert len(tokens) > T + 1, f"the text has {len(tokens)} tokens; a context of {T} needs {T + 2} at least"
    separator = given.documents and given.documents.encode().decode("unicode_escape")
    borders = documents_of(given.text, separator) if separator else None
    # Every process draws its own places.
    draw = torch.Generator().manual_seed(given.seed * 1000 + rank)
    for step in range(1, given.steps + 1):
        starts = torch.randint(len(tokens) - T - 1, (given.batch,), generator=draw)
        batch = torch.stack([tokens[s : s + T + 1] for s in starts.tolist()]).to(device)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, given.steps, given.warmup, given.rate)
        documents = positions = None
        if borders is not None:
            documents = torch.stack([borders[s : s + T] for s in starts.tolist()]).to(device)
            positions = restarted(documents) if given.restart else None
        logits = model(batch[:, :-1], attend, documents, positions)
        loss = F.cross_entropy(logits.flatten(0, 1).float(), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        mean = loss.detach().clone()
        dist.all_reduce(mean)
        if rank == 0:
            print(f"step {step} loss {mean.item() / world:.4f}", flush=True)

    weights = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True, cpu_offload=True))
    if rank == 0:
        out = Path(given.out)
        out.mkdir(parents=True, exist_ok=True)
        for name in HERE.iterdir():
            if name.is_file() and name.name != "model.safetensors":
                shutil.copy(name, out / name.name)
        old = load_file(str(HERE / "model.safetensors"))
        biases = {name: value for name, value in old.items() if name.endswith(".bias")}
        whole = {name: value.contiguous() for name, value in weights.items()}
        save_file({**whole, **biases}, str(out / "model.safetensors"), metadata={"format": "pt"})
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
    # FSDP keeps threads of the process group, and of autograd, until the process ends; PyTorch aborts when one of them
    # asks for Python while Python is being torn down. All is written by now, so the process ends without that.
    sys.stdout.flush()
    os._exit(0)
