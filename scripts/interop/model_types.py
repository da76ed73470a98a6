"""Masks and caches of model types by transformers itself.

python model_types.py CASES.json RESULTS.json
"""

import json
import sys
import warnings
import zlib

import numpy as np
import torch
import transformers
from transformers import AutoConfig, AutoModel, masking_utils
from transformers.cache_utils import get_layer_types_and_kwargs

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
torch.set_num_threads(1)


def config_of(fields):
    fields = dict(fields)
    config = AutoConfig.for_model(fields.pop("model_type"), **fields).get_text_config()
    config.allow_global_per_layer_attribute_access = True
    config._attn_implementation = "eager"
    return config


def sum_of(mask):
    mask = mask[0, 0]
    mask = np.asarray(mask if mask.dtype == torch.bool else mask == 0)
    return {"pairs": int(mask.sum()), "crc": zlib.crc32(np.packbits(mask).tobytes())}


def masks_of(config, T, causal):
    """By layer type, from the functions the models call."""
    given = dict(config=config, inputs_embeds=torch.zeros(1, T, 4), attention_mask=None)
    if not causal:
        skip = dict(allow_is_bidirectional_skip=False)
        by_type = {"full_attention": masking_utils.create_bidirectional_mask(**given, **skip)}
        if getattr(config, "sliding_window", None):
            by_type["sliding_attention"] = masking_utils.create_bidirectional_sliding_window_mask(**given, **skip)
        return by_type
    return masking_utils.create_masks_for_generate(
        **given, cache=None, position_ids=torch.arange(T)[None]
    )


def of_mask(case, T):
    config = config_of(case["fields"])
    types = get_layer_types_and_kwargs(config)[0]
    masks = masks_of(config, T, case["causal"])
    if not isinstance(masks, dict):
        masks = dict.fromkeys(types, masks)
    return {
        "types": types,
        "sums": {name: sum_of(mask) for name, mask in masks.items() if mask is not None and mask.ndim == 4},
    }


def held(layer):
    """Numbers a layer of a cache holds that grow with the text."""
    total = 0
    for name in ("keys", "values", "indexer_keys"):
        tensor = getattr(layer, name, None)
        if isinstance(tensor, torch.Tensor):
            total += tensor.numel()
    for part in vars(layer).values():  # compressed tokens, by name
        if isinstance(part, dict):
            total += sum(one.numel() for one in part.values() if isinstance(one, torch.Tensor) and one.ndim > 2)
    return total


def of_cache(case, lengths):
    config = config_of(case["fields"])
    torch.manual_seed(0)
    model = AutoModel.from_config(config).eval()
    found = []
    with torch.no_grad():
        for tokens in lengths:
            # The model fills its own cache: a prompt, and then one token, as it writes.
            cache = transformers.DynamicCache(config=config)
            parts = [tokens] if tokens == 1 else [tokens - 1, 1]
            for part in parts:
                ids = torch.zeros(1, part, dtype=torch.long) + 1
                out = model(input_ids=ids, use_cache=True, **{case["cache"]: cache})
            found.append([held(layer) for layer in cache.layers])
    return {"numbers": found, "classes": [type(layer).__name__ for layer in cache.layers]}


def main(cases_file, results_file):
    with open(cases_file) as file:
        cases = json.load(file)
    results = {"transformers": transformers.__version__, "masks": {}, "caches": {}, "failed": {}}
    for case in cases["masks"]:
        try:
            results["masks"][case["id"]] = of_mask(case, cases["T"])
        except Exception as error:  # noqa: BLE001
            results["failed"]["mask of " + case["id"]] = f"{type(error).__name__}: {error}"[:160]
    for case in cases["caches"]:
        try:
            case["cache"] = "past_key_values"
            results["caches"][case["id"]] = of_cache(case, cases["lengths"])
        except Exception as error:  # noqa: BLE001
            results["failed"]["cache of " + case["id"]] = f"{type(error).__name__}: {error}"[:160]
    with open(results_file, "w") as file:
        json.dump(results, file)
    print(f"{len(results['masks'])} masks, {len(results['caches'])} caches, {len(results['failed'])} that were not made")


main(*sys.argv[1:])
