"""Encoders and decoders by transformers itself: who reads whom, by derivatives, and what an EncoderDecoderCache holds.

python pairs.py CASES.json RESULTS.json
"""

import json
import sys
import warnings
import zlib

import numpy as np
import torch
import transformers
from transformers import AutoConfig, AutoModel, DynamicCache, EncoderDecoderCache

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
torch.set_num_threads(1)


def model_of(fields):
    fields = dict(fields)
    config = AutoConfig.for_model(fields.pop("model_type"), **fields)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    return AutoModel.from_config(config).eval().double()


def halves_of(model):
    inner = getattr(model, "model", model)
    return inner.get_encoder(), inner.get_decoder()


def read(inputs, outputs):
    """Queries x keys: does the output at one place depend on the input at the other?"""
    direction = torch.randn(outputs.shape[-1], dtype=outputs.dtype, generator=torch.Generator().manual_seed(1))
    rows = []
    for query in range(outputs.shape[1]):
        (slope,) = torch.autograd.grad((outputs[0, query] * direction).sum(), inputs, retain_graph=True)
        rows.append((slope[0].abs().sum(-1) > 0).numpy())
    return np.stack(rows)


def sum_of(mask):
    return {"pairs": int(mask.sum()), "crc": zlib.crc32(np.packbits(mask).tobytes())}


def values(model, tokens, seed):
    width = getattr(model.config, "d_model", None) or model.config.get_text_config().hidden_size
    made = torch.randn(1, tokens, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return made.requires_grad_()


def sums_of(case, source, written):
    model = model_of(case["one"])
    encoder, decoder = halves_of(model)
    sums = {}
    if "encoder" in case["parts"]:
        inputs = values(model, source, 2)
        outputs = encoder(inputs_embeds=inputs, attention_mask=torch.ones(1, source, dtype=torch.long))
        sums["encoder"] = sum_of(read(inputs, outputs.last_hidden_state))
    own, of_source = values(model, written, 3), values(model, source, 4)
    outputs = decoder(inputs_embeds=own, encoder_hidden_states=of_source, use_cache=False).last_hidden_state
    sums["decoder"] = sum_of(read(own, outputs))
    sums["cross"] = sum_of(read(of_source, outputs))
    return sums


def held(layer):
    return layer.keys.numel() + layer.values.numel()


def kept_of(case, source, written):
    model = model_of(case["fields"])
    _, decoder = halves_of(model)
    cache = EncoderDecoderCache(DynamicCache(config=decoder.config), DynamicCache())
    of_source = values(model, source, 4).detach()
    with torch.no_grad():
        # A text, and then one token, as it is written.
        for part in (written - 1, 1):
            ids = torch.full((1, part), 5)
            given = dict(input_ids=ids, encoder_hidden_states=of_source, use_cache=True)
            decoder(**given, past_key_values=cache)
    own, other = cache.self_attention_cache.layers, cache.cross_attention_cache.layers
    classes = sorted({type(one).__name__ for one in (*own, *other)})
    return {"own": [held(one) for one in own], "source": [held(one) for one in other], "classes": classes}


def main(cases_file, results_file):
    with open(cases_file) as file:
        cases = json.load(file)
    made, failed = {}, {}
    for case in cases["pairs"]:
        try:
            made[case["id"]] = {"sums": sums_of(case, cases["source"], cases["written"]), **kept_of(case, cases["source"], cases["written"])}
        except Exception as error:  # noqa: BLE001
            failed["pair " + case["id"]] = f"{type(error).__name__}: {error}"[:300]
    with open(results_file, "w") as file:
        json.dump({"pairs": made, "failed": failed}, file)
    print(f"{len(made)} encoders and decoders, {len(failed)} that were not made")


main(*sys.argv[1:])
