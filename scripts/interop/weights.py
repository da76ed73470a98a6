"""How many parameters transformers' own models have, made on the meta device: shapes, and no numbers.

python weights.py CASES.json RESULTS.json
"""

import json
import sys
import warnings

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()


def parameters_of(fields):
    fields = dict(fields)
    config = AutoConfig.for_model(fields.pop("model_type"), **fields)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return sum(one.numel() for one in model.parameters())  # a tied matrix once


def main(cases_file, results_file):
    with open(cases_file) as file:
        cases = json.load(file)
    made, failed = {}, {}
    for case in cases["weights"]:
        try:
            made[case["id"]] = parameters_of(case["fields"])
        except Exception as error:  # noqa: BLE001
            failed["weights of " + case["id"]] = f"{type(error).__name__}: {error}"[:300]
    with open(results_file, "w") as file:
        json.dump({"weights": made, "failed": failed}, file)
    print(f"{len(made)} models counted, {len(failed)} that were not made")


main(*sys.argv[1:])
