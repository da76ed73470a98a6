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
        if config.model_type == "t5gemma2_text":  # as the model itself does
            from transformers.models.t5gemma2.modeling_t5gemma2 import sliding_window_mask_function

            window = sliding_window_mask_function(config.sliding_window, is_causal=False)
            by_type["sliding_attention"] = masking_utils.create_bidirectional_mask(**given, and_mask_function=window)
        return by_type
    given |= dict(cache=None, position_ids=torch.arange(T)[None])
    masks = masking_utils.create_masks_for_generate(**given)
    if masks is None:  # it does not know the layers without attention; the model makes masks for the others
        masks = {"full_attention": masking_utils.create_causal_mask(**given)}
    if isinstance(masks, dict) and "hybrid_sliding" in config.layer_types:  # as the model itself does
        masks["sliding_attention"] = masking_utils.create_sliding_window_causal_mask(**given)
    return masks


def of_mask(case, T):
    config = config_of(case["fields"])
    types = getattr(config, "layer_types", None) or get_layer_types_and_kwargs(config)[0]
    if config.model_type == "neomme":  # each layer has a config, and a window, of its own
        each = [masks_of(one, T, case["causal"])[kind] for one, kind in zip(config.per_layer_config, types)]
        names = [f"{kind} {layer}" for layer, kind in enumerate(types)]
        return {"types": names, "sums": {name: sum_of(mask) for name, mask in zip(names, each)}}
    masks = masks_of(config, T, case["causal"])
    if not isinstance(masks, dict):
        masks = dict.fromkeys(types, masks)
    return {
        "types": types,
        "sums": {name: sum_of(mask) for name, mask in masks.items() if mask is not None and mask.ndim == 4},
    }


def numel(found):
    if isinstance(found, torch.Tensor):
        return found.numel()
    if isinstance(found, dict):
        found = list(found.values())
    return sum(numel(one) for one in found) if isinstance(found, (list, tuple)) else 0


def held(layer):
    """Numbers of keys and values a layer of a cache holds, with what an indexer picks by."""
    return sum(numel(getattr(layer, name, None)) for name in ("keys", "values", "indexer_keys"))


def state(layer):
    """Numbers of the state of a convolution or a recurrence."""
    return sum(numel(getattr(layer, name, None)) for name in ("conv_states", "recurrent_states"))


def of_cache(case, lengths):
    config = config_of(case["fields"])
    torch.manual_seed(0)
    model = AutoModel.from_config(config).eval()
    found, states = [], []
    with torch.no_grad():
        for tokens in lengths:
            # The model fills its own cache: a prompt, and then one token, as it writes.
            cache = transformers.DynamicCache(config=config)
            parts = [tokens] if tokens == 1 else [tokens - 1, 1]
            for part in parts:
                ids = torch.zeros(1, part, dtype=torch.long) + 1
                out = model(input_ids=ids, use_cache=True, **{case["cache"]: cache})
            found.append([held(layer) for layer in cache.layers])
            states.append([state(layer) for layer in cache.layers])
    return {"numbers": found, "states": states, "classes": [type(layer).__name__ for layer in cache.layers]}


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
            # Newer models know the name of today alone.
            case["cache"] = "cache" if case["fields"]["model_type"] == "dory" else "past_key_values"
            results["caches"][case["id"]] = of_cache(case, cases["lengths"])
        except Exception as error:  # noqa: BLE001
            results["failed"]["cache of " + case["id"]] = f"{type(error).__name__}: {error}"[:160]
    with open(results_file, "w") as file:
        json.dump(results, file)
    print(f"{len(results['masks'])} masks, {len(results['caches'])} caches, {len(results['failed'])} that were not made")


main(*sys.argv[1:])
