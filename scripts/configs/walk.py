"""Walks transformers' model types and writes what their config classes hold: defaults, and how layers are named by them.

python walk.py TABLE.json

A class derives its layer types from other fields in Python. How is found by asking: it is instantiated at several depths
and with several periods, and the rule that says all answers is written down; where none does, the types of its own
depth are, and `layers` is null.
"""

import dataclasses
import inspect
import json
import re
import sys
import warnings

import transformers
from transformers.cache_utils import get_layer_types_and_kwargs
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, MODEL_MAPPING_NAMES

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

# Fields that say who reads whom and what is kept. Of others nothing is taken.
TAKEN = re.compile(
    r"^(num_hidden_layers|num_attention_heads|num_key_value_heads|num_kv_heads|head_dim|hidden_size|vocab_size|"
    r"sliding_window|max_window_layers|use_sliding_window|attention_chunk_size|local_attention|"
    r"no_rope_layers|no_rope_layer_interval|num_kv_shared_layers|attention_k_eq_v|use_bidirectional_attention|"
    r"kv_lora_rank|qk_rope_head_dim|qk_nope_head_dim|v_head_dim|index_topk|index_head_dim|index_n_heads|"
    r"index_block_size|index_topk_blocks|index_local_blocks|compress_rates|index_kpool|indexer_types|"
    r"linear_key_head_dim|linear_value_head_dim|linear_num_key_heads|linear_num_value_heads|linear_conv_kernel_dim|"
    r"conv_L_cache|conv_kernel|mamba_d_state|mamba_d_conv|mamba_expand|mamba_n_heads|mamba_d_head|mamba_n_groups|"
    r"mamba_num_heads|mamba_head_dim|ssm_state_size|n_groups|expand|mamba_d_ssm|mamba_ngroups|"
    r"linear_head_dim|linear_num_heads|lru_width|conv1d_width|cca_time0|cca_time1|sconv_kernel_size|"
    r"multi_query|new_decoder_architecture|attn_layer_period|attn_layer_offset|attn_layer_indices|hybrid_layer_ids|"
    r"hybrid_override_pattern|layers_block_type|block_types|attention_types|attention_window|attention_window_size|"
    r"swa_num_attention_heads|swa_num_key_value_heads|swa_head_dim|swa_v_head_dim|global_attn_every_n_layers|"
    r"full_attn_idxs|local_layer_ids|cross_attention_layers|cross_attention_freq|is_decoder|kv_channels|"
    r"num_key_value_heads_per_layer|num_attention_heads_per_layer|attention_head_dim|rotary_dim|partial_rotary_factor|rotary_pct|"
    r"n_input_layers|n_recurrent_layers|n_output_layers|n_recurrent_loops|recurrent_kv_cache_mode|H_cycles|L_cycles|"
    r"num_layers_per_stack|loop_layer_index_start|loop_layer_index_end|loop_num_passes|default_long_sliding_window)$"
)
# Of an encoder and a decoder in one class: what each part calls its sizes, the first that is there, and what only they say.
BOTH = {"hidden_size": ["d_model"], "head_dim": ["d_kv"]}
PART_NAMES = {
    "encoder": {
        "num_hidden_layers": ["encoder_layers", "num_encoder_layers", "encoder_num_hidden_layers", "num_layers"],
        "num_attention_heads": ["encoder_attention_heads", "num_encoder_attention_heads", "encoder_num_attention_heads", "num_heads"],
        "num_key_value_heads": ["encoder_num_key_value_heads"],
        **BOTH,
    },
    "decoder": {
        "num_hidden_layers": ["decoder_layers", "num_decoder_layers", "decoder_num_hidden_layers"],
        "num_attention_heads": ["decoder_attention_heads", "num_decoder_attention_heads", "decoder_num_attention_heads", "num_heads"],
        "num_key_value_heads": ["decoder_num_key_value_heads"],
        **BOTH,
    },
}
OF_PARTS = re.compile(
    r"^(cross_num_attention_heads|cross_num_key_value_heads|cross_head_dim|local_radius|global_block_size|encoder_attention_type|"
    r"attention_window|attention_type|block_size|max_source_positions|max_encoder_position_embeddings|max_position_embeddings|"
    r"num_conv_layers|is_decoder|vocab_size|tgt_vocab_size)$"
)
HALVES = {"encoder": ("encoder", "encoder_config", "text_encoder"), "decoder": ("decoder", "decoder_config", "generator")}
LETTERS = {
    "full_attention": "F",
    "sliding_attention": "S",
    "chunked_attention": "C",
    "indexed_attention": "I",
    "linear_attention": "L",
    "conv": "V",
    "hybrid": "H",
    "hybrid_sliding": "T",
    "compressed_sparse_attention": "P",
    "heavily_compressed_attention": "Q",
    "minimax_m3_sparse": "M",
    "reference_sliding_attention": "R",
    "window_attention": "W",
    "moe": "-",
    "mlp": "-",
    "dummy": "D",
}
DEPTHS = (9, 25, 26, 52)
PERIOD = re.compile(r"pattern|interval|every|period|group_size")
BEYOND = ("full_attention_interval", "sliding_window_pattern")  # read by classes that do not keep them


def made(cls, **fields):
    config = cls(**fields)
    config.allow_global_per_layer_attribute_access = True
    return config


def letters(config):
    types = getattr(config, "layer_types", None)
    if types is None:
        types = get_layer_types_and_kwargs(config)[0]
    return "".join(LETTERS[one] for one in types)


def said(rule, n):
    """The letters of n layers by a rule."""
    first, cycle, last, from_end = rule
    inner = [cycle[(n - 1 - i if from_end else i) % len(cycle)] for i in range(n)]
    inner[: len(first)] = first[:n]
    if last:
        inner[-1] = last
    return "".join(inner)


def rule_of(answers):
    """The plainest rule that gives every answer, {depth: letters}."""
    longest = answers[max(answers)]
    for extra in range(4):
        for period in range(1, 13):
            for from_end in (False, True):
                at = len(longest) - 1 if from_end else extra
                order = longest[::-1] if from_end else longest
                start = 0 if from_end else -(-extra // period) * period
                cycle = order[start : start + period]
                if len(cycle) < period:
                    continue
                for last in ("", longest[-1]):
                    rule = (longest[:extra], cycle, last, from_end)
                    if all(said(rule, n) == text for n, text in answers.items()):
                        return rule
    return None


def asked(cls, **fields):
    try:
        return {n: letters(made(cls, num_hidden_layers=n, **fields)) for n in DEPTHS}
    except Exception:  # noqa: BLE001 -- whatever a class refuses is no answer
        return None


def layers_of(cls, config):
    answers = asked(cls)
    rule = answers and rule_of(answers)
    if not rule:
        return None
    first, cycle, last, from_end = rule
    if cycle in ("S", "F") and not first and not last:
        # Some classes slide in every layer where there is a window, and in none where there is not.
        with_window, without = (asked(cls, sliding_window=size) for size in (17, None))
        if with_window and without and all(set(text) == {"S"} for text in with_window.values()):
            if all(set(text) == {"F"} for text in without.values()):
                return {"cycle": "?"}
    found = {"cycle": cycle}
    if first:
        found["first"] = first
    if last:
        found["last"] = last
    if from_end:
        found["end"] = True
    names = [name for name in config.to_dict() if PERIOD.search(name) and isinstance(getattr(config, name, None), int)]
    for name in dict.fromkeys([*names, *BEYOND] if len(cycle) > 1 else []):
        odd = cycle[-1] != cycle[0]
        rules = {}
        for n in (3, 5):
            answers = asked(cls, **{name: n})
            rules[n] = answers and rule_of(answers)
        if all(
            rules[n] and len(rules[n][1]) == n and (not from_end) and rules[n][0] == first and rules[n][2] == last for n in rules
        ) and len(cycle) > 1:
            found["by"] = name
            found["odd"] = "last" if odd and len(set(cycle[:-1])) == 1 else "first"
            break
    return found


def gate_of(cls):
    """Does use_sliding_window switch the window off?"""
    try:
        on, off = (made(cls, sliding_window=17, use_sliding_window=switch) for switch in (True, False))
    except Exception:  # noqa: BLE001
        return False
    return on.sliding_window == 17 and off.sliding_window is None


def raw(cls, config, name):
    for field in dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ():
        if field.name == name and field.default is not dataclasses.MISSING:
            return field.default
    return getattr(config, name, None)


CLASS = re.compile(r"^class (\w+)\(([^)]*)\):\n((?:[ \t].*\n|\n)*)", re.MULTILINE)


def modeling_of(cls):
    """Of the model of a config: its name, its source with that of its bases beside it, and all of its file.

    Read, not imported: nothing is run, and an import of every model takes minutes.
    """
    path = inspect.getfile(cls).replace("configuration_", "modeling_")
    try:
        with open(path) as file:
            whole = file.read()
    except FileNotFoundError:
        return None, "", ""
    classes = {name: (bases, body) for name, bases, body in CLASS.findall(whole)}
    names = MODEL_MAPPING_NAMES.get(cls.model_type)
    model = names[0] if isinstance(names, (tuple, list)) else names
    if model not in classes:
        of_config = re.compile(rf"config: {cls.__name__}\b|config_class = {cls.__name__}\b")
        models = [n for n, (bases, body) in classes.items() if of_config.search(body) and "PreTrainedModel" in bases]
        model = min(models, key=lambda n: (not n.endswith("Model"), len(n)), default=None)
    own, waiting = "", [model]
    while waiting:
        name = waiting.pop()
        if name in classes:
            bases, body = classes[name]
            own += body
            waiting += re.findall(r"\w+", bases)
    return model, own, whole


def path_to(config, text):
    """Names of the nested configs between the two."""
    for name in getattr(type(config), "sub_configs", {}):
        one = getattr(config, name, None)
        if one is text:
            return [name]
        if one is not None and hasattr(type(one), "sub_configs"):
            rest = path_to(one, text)
            if rest:
                return [name, *rest]
    return []


def parts_of(config, values):
    """What the encoder and the decoder of one class call their sizes; a class of a decoder alone has plain names."""
    fields = config.to_dict()
    found = {}
    for part, names in PART_NAMES.items():
        own = {name: next((one for one in others if one in fields), None) for name, others in names.items()}
        own = {name: field for name, field in own.items() if field}
        if "num_hidden_layers" in own:
            found[part] = own
    found.setdefault("decoder", {})
    for field in {*fields}:
        if OF_PARTS.match(field) or any(field in part.values() for part in found.values()):
            values[field] = fields[field]
    for name in ("num_hidden_layers", "num_attention_heads", "num_key_value_heads"):
        if any(name in part for part in found.values()):
            values.pop(name, None)  # the class's own name for that of one part
    return found


def halves_of(config):
    """Of a class with two configs inside: the names of the two, and their types."""
    found = {}
    for part, names in HALVES.items():
        name = next((one for one in names if one in getattr(type(config), "sub_configs", {})), None)
        half = name and getattr(config, name, None)
        if half is not None:
            found[part] = [name, half.model_type]
    return found if "decoder" in found else None


def masks_of(own):
    """Functions its masks are made with, also where one of two is taken before it is called."""
    return sorted(set(re.findall(r"\bcreate_(\w*mask)\b", own)))


def main(out):
    outer, types, broken, halves = {}, {}, {}, {}
    for name in sorted(CONFIG_MAPPING.keys()):
        cls = CONFIG_MAPPING[name]
        try:
            config = made(cls)
        except Exception as error:  # noqa: BLE001
            broken[name] = type(error).__name__
            continue
        two = halves_of(config)
        if two:
            halves[name] = two
        try:
            text = config.get_text_config()
        except ValueError:
            text = config
        if text is not config:
            outer[name] = [path_to(config, text), text.model_type]
            continue
        model, own, whole = modeling_of(cls)
        aliases = {k: v for k, v in (getattr(cls, "attribute_map", None) or {}).items() if TAKEN.match(k) and isinstance(v, str)}
        values = {}
        for field in {*config.to_dict(), *aliases}:
            canonical = next((k for k, v in aliases.items() if v == field), field)
            if not TAKEN.match(canonical):
                continue
            value = raw(cls, config, canonical)
            if value is None and canonical in aliases:
                value = raw(cls, config, aliases[canonical])
            if value is None and canonical in ("num_hidden_layers", "num_attention_heads", "hidden_size"):
                value = getattr(config, canonical, None)
            values[canonical] = value
        encdec = bool(getattr(config, "is_encoder_decoder", False))
        parts = parts_of(config, values) if encdec else None
        rope = getattr(config, "rope_parameters", None)
        one = {"d": dict(sorted(values.items()))}
        if aliases:
            one["a"] = aliases
        if isinstance(rope, dict) and rope:
            flat = {
                kind: {k: v for k, v in part.items() if k in ("rope_theta", "partial_rotary_factor")}
                for kind, part in (rope.items() if any(isinstance(v, dict) for v in rope.values()) else [("", rope)])
                if isinstance(part, dict)
            }
            one["r"] = flat.get("", flat)
        one["m"] = masks_of(own)
        one["encdec"] = encdec
        if parts:
            one["parts"] = parts
        one["lm"] = name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
        one["sinks"] = bool(re.search(r"self\.sinks\b|attention_sink_bias|self\.sink\b", whole))
        one["causal"] = "self.is_causal = True" in whole
        one["k"] = "".join(dict.fromkeys(v for k, v in LETTERS.items() if f'"{k}"' in whole))
        one["model"] = model
        if "num_hidden_layers" in values or getattr(config, "layer_types", None):
            try:
                one["types"] = letters(config)
            except Exception:  # noqa: BLE001
                one["types"] = None
            one["layers"] = layers_of(cls, config)
            one["gate"] = gate_of(cls)
        types[name] = one
    with open(out, "w") as file:
        json.dump({"version": transformers.__version__, "outer": outer, "types": types, "broken": broken, "halves": halves}, file)
    print(f"{len(types)} text configs, {len(outer)} that nest one, {len(broken)} that no class makes")


main(*sys.argv[1:])
