"""Runs exported code and transformers' own mask functions, and says what came of every case.

python check.py CASES.json RESULTS.json
"""

import json
import sys
import warnings
import zlib

import jax
import numpy as np
import torch
import transformers
from torch.nn.attention.flex_attention import create_mask, flex_attention
from transformers import AutoConfig, masking_utils

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()


def sum_of(mask):
    mask = np.asarray(mask)
    assert mask.dtype == bool, mask.dtype
    return {"pairs": int(mask.sum()), "crc": zlib.crc32(np.packbits(mask).tobytes())}


def run(code, name):
    """The code as it would be pasted; its own assertions run here."""
    space = {}
    exec(compile(code, name, "exec"), space)
    return space


# ------------------------------------------------------------------------------------------ masks of a format


def of_flex(space):
    T = space["T"]
    return [create_mask(mod, 1, 1, T, T, device="cpu")[0, 0].numpy() for mod in space["MASKS"]]


def of_truth(space):
    return [np.asarray(mask) for mask in space["MASKS"]]


def of_added(space):
    masks = [np.asarray(mask) for mask in space["MASKS"]]
    for mask in masks:
        assert set(np.unique(mask)) <= {0.0, -np.inf}, np.unique(mask)
    return [mask == 0 for mask in masks]


def of_flash(space):
    tokens = np.arange(space["T"])
    return [space["reads"](layer, tokens[:, None], tokens[None, :]) for layer in space["LAYERS"]]


def of_layer_types(space):
    """Not its own rule: what transformers makes of these fields."""
    fields = space["CONFIG"]
    chunked = "attention_chunk_size" in fields
    config = AutoConfig.for_model("llama4_text" if chunked else "gpt_oss", **fields)
    return masks_of(config, space["T"])


MASKS_OF = {
    "flex": of_flex,
    "torch-bool": of_truth,
    "torch-additive": of_added,
    "jax-bool": of_truth,
    "jax-additive": of_added,
    "flash": of_flash,
    "layer-types": of_layer_types,
}

# ------------------------------------------------------------------------------------------ transformers


def masks_of(config, T):
    """The mask each layer of a model of this config is given, by the functions the model itself calls."""
    config = config.get_text_config()
    config._attn_implementation = "eager"
    given = dict(
        config=config,
        inputs_embeds=torch.zeros(1, T, 4),
        attention_mask=None,
        past_key_values=None,
        position_ids=torch.arange(T)[None],
    )
    if config.model_type == "modernbert":  # an encoder
        given.pop("position_ids")
        given.pop("past_key_values")
        by_type = {
            "full_attention": masking_utils.create_bidirectional_mask(
                **given, allow_is_bidirectional_skip=False
            ),
            "sliding_attention": masking_utils.create_bidirectional_sliding_window_mask(
                **given, allow_is_bidirectional_skip=False
            ),
        }
    else:
        by_type = masking_utils.create_masks_for_generate(**given)
    types = getattr(config, "layer_types", None) or [None] * config.num_hidden_layers
    masks = [by_type[one] if isinstance(by_type, dict) else by_type for one in types]
    return [allowed(mask, T) for mask in masks]


def allowed(mask, T):
    assert mask is not None and mask.shape == (1, 1, T, T), mask
    mask = mask[0, 0]
    return (mask if mask.dtype == torch.bool else mask == 0).numpy()


def config_of(fields):
    fields = dict(fields)
    return AutoConfig.for_model(fields.pop("model_type"), **fields)


# ------------------------------------------------------------------------------------------ attention itself


def attend(space):
    """FlexAttention with the block mask against dense attention with the mask as numbers."""
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 2, space["T"], 16) for _ in range(3))
    for mod in space["MASKS"]:
        dense = create_mask(mod, 1, 1, space["T"], space["T"], device="cpu")
        ours = flex_attention(q, k, v, block_mask=space["BLOCKS"][mod].to("cpu"))
        theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=dense)
        live = dense[0, 0].any(-1)  # a row without a key is nobody's
        torch.testing.assert_close(ours[:, :, live], theirs[:, :, live], atol=1e-5, rtol=1e-5)


def main(cases_file, results_file):
    with open(cases_file) as file:
        cases = json.load(file)
    results = {
        "versions": {
            "numpy": np.__version__,
            "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__,
            "jax": jax.__version__,
        },
        "code": {},
        "configs": {},
    }
    attended = 0
    for case in cases["code"]:
        sums = {}
        for name, code in case["formats"].items():
            space = run(code, f"{case['id']} as {name}")
            sums[name] = [sum_of(mask) for mask in MASKS_OF[name](space)]
            if name == "flex" and case["attend"]:
                attend(space)
                attended += 1
        first = next(iter(sums.values()))
        for name, one in sums.items():
            assert one == first, f"{case['id']}: {name} is {one}; the others are {first}"
        results["code"][case["id"]] = {
            "T": case["T"],
            "layers": case["layers"],
            "formats": sorted(sums),
            "sums": first,
        }
    for case in cases["long"]:
        for name, code in case["formats"].items():
            run(code, f"{case['id']} as {name}")
    for case in cases["sabotage"]:
        try:
            run(case["code"], "sabotage")
        except AssertionError:
            continue
        raise SystemExit(f"{case['id']}: the assertions did not see it")
    for case in cases["configs"]:
        masks = masks_of(config_of(case["fields"]), case["T"])
        results["configs"][case["id"]] = {
            "T": case["T"],
            "fields": case["fields"],
            "sums": [sum_of(mask) for mask in masks],
        }
    with open(results_file, "w") as file:
        json.dump(results, file)
    runs = sum(len(one["formats"]) for one in cases["code"])
    print(
        f"{len(cases['code'])} masks in {runs} pieces of code, {attended} attended with, "
        f"{len(cases['long'])} long, {len(cases['sabotage'])} sabotaged and seen, "
        f"{len(cases['configs'])} configs"
    )


main(*sys.argv[1:])
