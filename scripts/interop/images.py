"""
What images do to the masks of transformers' own models, for scripts/interop/run-configs.mjs: images.py cases.json results.json

Of each model type, its own create_masks_for_generate is asked for the masks of TOKENS tokens, of which `images` are spans
of images (and `prompt` tokens at the start are one block, where a model has those), with a window of `window`. Out come
rows of 0 and 1 by kind of layer.
"""

import json
import sys

import torch
import transformers
from transformers import AutoConfig

CLASSES = {
    "gemma3": "Gemma3ForConditionalGeneration",
    "gemma4": "Gemma4ForConditionalGeneration",
    "paligemma": "PaliGemmaForConditionalGeneration",
    "molmo2": "Molmo2ForConditionalGeneration",
}


def masks(case, tokens):
    config = AutoConfig.for_model(case["type"], text_config=dict(case["text"]))
    config._attn_implementation = "eager"
    text = config.get_text_config()
    text._attn_implementation = "eager"
    kinds = torch.zeros(1, tokens, dtype=torch.long)
    for start, end in case["images"]:
        kinds[0, start:end] = 1
    given = {"mm_token_type_ids": kinds, "token_type_ids": kinds}
    if case["type"] == "paligemma":  # 0 is the prompt with its images, 1 what is written
        given = {"token_type_ids": 1 - kinds}
    model = getattr(transformers, CLASSES[case["type"]])
    found = model.create_masks_for_generate(
        config=config,
        inputs_embeds=torch.zeros(1, tokens, 0),
        attention_mask=None,
        cache=None,
        position_ids=None,
        is_first_iteration=True,
        **given,
    )
    found = found if isinstance(found, dict) else {"full_attention": found}
    return {
        kind: ["".join("1" if cell == 0 else "0" for cell in row) for row in mask[0, 0].tolist()]
        for kind, mask in sorted(found.items())
    }


asked, out = sys.argv[1:3]
with open(asked) as file:
    given = json.load(file)
results, failed = {}, {}
for case in given["cases"]:
    try:
        results[case["type"]] = masks(case, given["tokens"])
    except Exception as error:  # said in the results
        failed[case["type"]] = f"{type(error).__name__}: {error}"[:300]
with open(out, "w") as file:
    json.dump({"images": results, "failed": failed}, file)
