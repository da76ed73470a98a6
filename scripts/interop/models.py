"""Loads exported models with stock transformers and with the module beside them, trains some under torchrun, and saves
models of transformers for Zebra Lab to open.

python models.py FOLDER RESULTS.json
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM
from transformers import PreTrainedTokenizerFast as Tokenizer

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
folder, results = Path(sys.argv[1]), Path(sys.argv[2])
given = json.loads((folder / "cases.json").read_text())
tokens = torch.tensor([given["tokens"]])
documents = torch.tensor(given["documents"])
found = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "cases": {}}


def module_of(path):
    space = {"__name__": "modeling"}
    exec(compile((path / "modeling_zebra.py").read_text(), "modeling_zebra.py", "exec"), space)
    return space["Zebra"]


def flex_of(path):
    """train.py's FlexAttention, not compiled: its masks, on a CPU."""
    sys.path.insert(0, str(path))
    compiled, torch.compile = torch.compile, lambda function: function
    try:
        space = {"__name__": "train", "__file__": str(path / "train.py")}
        # FlexAttention remembers modules by their names, and every folder's has the same one.
        name = f"modeling_zebra_{len(sys.modules)}"
        spec = importlib.util.spec_from_file_location(name, path / "modeling_zebra.py")
        module = sys.modules[name] = sys.modules["modeling_zebra"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        exec(compile((path / "train.py").read_text(), "train.py", "exec"), space)
        assert torch.equal(space["restarted"](documents), restarted(documents))
        return space["Zebra"].from_folder(path), space["flex"]()
    finally:
        torch.compile = compiled
        sys.path.pop(0)


def restarted(documents):
    """train.py's positions, by counting."""
    rows = []
    for row in documents.tolist():
        rows.append([row[: t + 1].count(one) - 1 for t, one in enumerate(row)])
    return torch.tensor(rows)


def rounded(logits):
    return [round(value, 6) for value in logits.flatten().tolist()]


with torch.no_grad():
    for name in given["names"]:
        path = folder / "models" / name
        one = {"module": rounded(module_of(path).from_folder(path)(tokens)[0])}
        model, attend = flex_of(path)
        one["flex"] = rounded(model(tokens, attend)[0])
        if name in given["packed"]:
            rows = tokens.expand(2, -1)
            restart = restarted(documents)
            one["packed"] = rounded(module_of(path).from_folder(path)(rows, documents=documents))
            one["packedFlex"] = rounded(model(rows, attend, documents))
            one["restart"] = rounded(model(rows, documents=documents, positions=restart))
        else:
            try:
                module_of(path).from_folder(path)(tokens, documents=documents[:1])
                raise AssertionError(f"{name} should refuse documents")
            except ValueError as error:
                assert "chunk" in str(error), error
        config = json.loads((path / "config.json").read_text())
        if config["model_type"] != "zebra":
            model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
            one["architecture"] = type(model).__name__
            one["stock"] = rounded(model(tokens).logits[0])
            # Also with its cache, token by token: windows that wrap.
            cache, logits = None, []
            for t in range(tokens.shape[1]):
                out = model(tokens[:, t : t + 1], past_key_values=cache, use_cache=True)
                cache = out.past_key_values
                logits.append(out.logits[0, -1])
            one["cached"] = rounded(torch.stack(logits))
        # transformers refuses to look into a folder whose layer types it does not know.
        stock = "stock" in one
        tokenizer = AutoTokenizer.from_pretrained(path) if stock else Tokenizer(tokenizer_file=str(path / "tokenizer.json"))
        ids = tokenizer(given["text"])["input_ids"]
        assert ids == given["tokens"], (name, ids)
        assert tokenizer.decode(ids) == given["text"], name
        assert tokenizer("ä")["input_ids"] == [0], name
        found["cases"][name] = one

# ------------------------------------------------------------------------------------------------ torchrun

for name, extra in (("grouped", ["--fresh"]), ("approximate", ["--fresh"]), ("global", []), ("local", []), ("custom G K A K, shared heads", ["--fresh"]), ("mask with empty rows", []), ("mask of rows", []), ("grouped, RoPE base 500", ["--documents", "\\n", "--restart"])):
    if name not in given["names"]:
        continue
    path = folder / "models" / name
    text, out = folder / "text.txt", folder / "trained" / name
    text.write_text(given["text"] * 40)
    program = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    arguments = ["--text", text, "--out", out, "--steps", "3", "--batch", "2", "--context", "32", "--device", "cpu", *extra]
    done = subprocess.run(
        [*program, path / "train.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "1"},
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    losses = [float(line.split()[-1]) for line in done.stdout.splitlines() if line.startswith("step ")]
    assert len(losses) == 3 and all(loss == loss and loss < 100 for loss in losses), (name, done.stdout)
    before, after = module_of(path).from_folder(path), module_of(out).from_folder(out)
    moved = max((a - b).abs().max().item() for a, b in zip(before.state_dict().values(), after.state_dict().values()))
    assert moved > 1e-5, name
    with torch.no_grad():
        found.setdefault("trained", {})[name] = {"losses": losses, "module": rounded(after(tokens)[0])}

# ------------------------------------------------------------------------------------- models of transformers

torch.manual_seed(3)
sizes = dict(
    vocab_size=13, hidden_size=16, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, initializer_range=0.3,
)
foreign = {
    "llama": LlamaForCausalLM(LlamaConfig(**sizes, tie_word_embeddings=False)),
    "llama, positions scaled": LlamaForCausalLM(
        LlamaConfig(**sizes, rope_parameters={"rope_type": "linear", "factor": 2.0, "rope_theta": 5000.0})
    ),
    "mistral": MistralForCausalLM(MistralConfig(**sizes, sliding_window=6)),
    "llama in bfloat16": LlamaForCausalLM(LlamaConfig(**sizes)).to(torch.bfloat16),
}
with torch.no_grad():
    for name, model in foreign.items():
        path = folder / "foreign" / name
        model.save_pretrained(path)
        ids = [t % 13 for t in given["tokens"]]
        logits = model.float()(torch.tensor([ids])).logits[0]
        found.setdefault("foreign", {})[name] = {"tokens": ids, "logits": rounded(logits)}

results.write_text(json.dumps(found))
