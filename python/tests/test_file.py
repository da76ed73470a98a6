"""A capture that was saved is the capture that was made, and a damaged file is one sentence."""

import json

import numpy as np
import pytest

import zebra_lab as z
from zebra_lab._engine import ask
from zebra_lab._file import from_bytes, quantised, to_bytes


def causal(queries, keys, window=None):
    query = np.arange(keys - queries, keys)[:, None]
    key = np.arange(keys)[None]
    return z.Mask.of((key <= query) & ((query - key < window) if window else True))


def layer(number, mask, kind="full_attention", weights=None):
    return z.Layer(
        number, ((mask,),), z.Given("bool", "bool", (1, 1, mask.queries, mask.keys)), kind, weights=weights
    )


def stripes(wrong=None, tokens=48, window=16, decode=2):
    """Six layers, 'S*5 G'; layer `wrong` has a window that is one key too wide."""
    steps = []
    for n in range(decode + 1):
        keys = tokens + n
        queries = tokens if n == 0 else 1
        layers = []
        for number in range(6):
            local = number < 5
            wide = window + (1 if number == wrong else 0)
            layers.append(
                layer(
                    number,
                    causal(queries, keys, wide if local else None),
                    "sliding_attention" if local else "full_attention",
                )
            )
        steps.append(z.Step("prefill" if n == 0 else f"decode {n}", queries, keys, tuple(layers)))
    config = {
        "model_type": "gemma3_text",
        "num_hidden_layers": 6,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "hidden_size": 16,
        "head_dim": 8,
        "sliding_window": window,
        "layer_types": ["sliding_attention"] * 5 + ["full_attention"],
    }
    return z.Capture(tuple(steps), model="Gemma3ForCausalLM", config=config)


def random_capture(rng):
    texts, heads, keys = rng.integers(1, 3), rng.integers(1, 3), rng.integers(2, 20)
    steps = []
    for name, queries in (("prefill", int(keys)), ("decode 1", 1)):
        layers = []
        for number in range(rng.integers(1, 4)):
            masks = tuple(
                tuple(z.Mask.of(rng.random((queries, keys)) < rng.choice([0, 0.3, 1])) for _ in range(heads))
                for _ in range(texts)
            )
            weights = rng.random((texts, heads, queries, keys)).astype(np.float32)
            given = z.Given("additive", "float32", (1, 1, queries, int(keys)), fill=float("-inf"))
            notes = ("padding is read",) if number else ()
            layers.append(z.Layer(number, masks, given, weights=z.Weights(weights, True), notes=notes))
        steps.append(z.Step(name, queries, int(keys), tuple(layers), "encoder" if heads > 1 else None))
    tokens = tuple(tuple(f"t{i}é" for i in range(keys)) for _ in range(texts))
    return z.Capture(tuple(steps), tokens=tokens, padding=((1, 0),) * int(texts), notes=("in training mode",))


@pytest.mark.parametrize("seed", range(30))
def test_what_was_saved_is_opened_again(seed, tmp_path):
    made = random_capture(np.random.default_rng(seed))
    found = z.open(z.save(made, tmp_path / "x.zip"))
    assert (found.tokens, found.padding, found.notes) == (made.tokens, made.padding, made.notes)
    for before, after in zip(made.steps, found.steps, strict=True):
        facts = [(step.name, step.queries, step.keys, step.part) for step in (before, after)]
        assert facts[0] == facts[1]
        for one, other in zip(before.layers, after.layers, strict=True):
            assert (one.masks, one.notes) == (other.masks, other.notes)
            error = np.abs(one.weights.values - other.weights.values).max()
            assert error <= quantised(one.weights.values)[2] + 1e-7 <= 0.5 / 255 + 2e-7


@pytest.mark.parametrize("seed", range(10))
def test_the_site_reads_the_same_masks(seed):
    made = random_capture(np.random.default_rng(seed))
    answer, _ = ask("capture", {}, to_bytes(made))
    assert [step["name"] for step in answer["steps"]] == ["prefill", "decode 1"]
    assert [len(step["layers"]) for step in answer["steps"]] == [len(step.layers) for step in made.steps]


def test_masks_are_stored_once_and_bytes_repeat():
    data = to_bytes(stripes())
    assert data == to_bytes(stripes())
    answer = json.loads(__import__("zipfile").ZipFile(__import__("io").BytesIO(data)).read("zebra-lab.json"))
    assert len(answer["masks"]) == 6  # local and global, in each of three steps


def test_a_right_model_has_no_findings():
    answer, _ = ask("capture", {}, to_bytes(stripes()))
    for step in answer["steps"]:
        for part in step["parts"]:
            assert [one for one in part["findings"] if not one.get("note")] == []
            assert part["apart"] == []


@pytest.mark.parametrize("wrong", range(5))
def test_a_window_one_key_too_wide_is_found_in_its_layer_at_its_cell(wrong):
    answer, _ = ask("capture", {}, to_bytes(stripes(wrong)))
    part = answer["steps"][0]["parts"][0]
    assert [(one["layer"], one["cells"], one["first"]) for one in part["apart"]] == [
        (wrong, 32, {"query": 16, "key": 0})
    ]
    assert any(
        one.get("layer") == wrong and one.get("cell") == {"query": 16, "key": 0} for one in part["findings"]
    )


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_file_is_one_sentence(seed):
    rng = np.random.default_rng(seed)
    data = bytearray(to_bytes(stripes(tokens=8, window=3, decode=1)))
    if seed % 2:
        data = data[: rng.integers(0, len(data))]
    else:
        for at in rng.integers(0, len(data), rng.integers(1, 9)):
            data[at] = rng.integers(0, 256)
    for read in (lambda: from_bytes(bytes(data)), lambda: ask("capture", {}, bytes(data))):
        try:
            read()
        except z.ZebraLabError as error:
            assert "\n" not in str(error)


def test_a_newer_version_says_so():
    data = to_bytes(stripes(decode=0))
    import io
    import zipfile

    old = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b'"version": 1', b'"version": 2'))
    for read in (from_bytes, lambda bad: ask("capture", {}, bad)):
        with pytest.raises(z.ZebraLabError, match="version 2"):
            read(out.getvalue())


def test_what_cannot_be_written_or_holds_nothing_is_a_sentence(tmp_path):
    with pytest.raises(z.ZebraLabError, match="cannot be written: No such file or directory"):
        stripes().save(tmp_path / "no folder" / "x.zip")
    with pytest.raises(z.ZebraLabError, match="no attention call was seen"):
        z.Capture(()).lint()
    with pytest.raises(z.ZebraLabError, match="captures are checked one at a time"):
        z.lint([stripes(), stripes()])
