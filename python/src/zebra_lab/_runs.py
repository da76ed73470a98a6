"""A transformers model run without capture and with it; what the layers read in between."""

from __future__ import annotations

import json
import sys
import threading
import warnings
from collections.abc import Iterable
from typing import Any

import torch

from ._engine import ZebraLabError
from ._forward import Forward, inputs_of
from ._proof import apart, as_found, random_state, restore
from ._recorder import Recorder, absent_from
from ._records import Capture
from ._said import of_inputs
from ._sizes import kept_of, refuse_large
from ._tokens import texts_of
from ._transformers import compiled_away, refuse, sites_of, text_config, watching

__all__ = ["captured", "versions"]

_ONE = threading.RLock()


def captured(
    model: Any,
    inputs: Any,
    *,
    decode: int,
    weights: bool,
    tokenizer: Any,
    layers: Iterable[int] | None,
    memory: int,
) -> Capture:
    if isinstance(decode, bool) or not isinstance(decode, int) or decode < 0:
        raise ZebraLabError(f"decode is a number of tokens to generate, 0 or more; {decode!r} was given")
    model, note = compiled_away(model)
    refuse(model)
    given = inputs_of(model, inputs, tokenizer)
    forward = Forward(model, given, decode)
    sites = sites_of(model)
    kept = kept_of(layers, sites)
    refuse_large(model, forward, sites, kept, weights, memory)
    notes = [] if note is None else [note]
    if any(m.training for m in model.modules()):
        notes.append(
            "the model is in training mode: dropout was drawn from the same random state in both runs; call "
            "model.eval() for what it computes in use"
        )
    notes += _unmasked(model)
    recorder = Recorder(model, sites, kept, weights, forward)
    # What is watched belongs to the process: a capture in another thread waits.
    with _ONE, as_found(model), torch.no_grad():
        state = random_state()
        plain = forward.run()
        restore(state)
        with watching(model, recorder.seen), recorder.running():
            seen = forward.run(recorder.step)
        if plain.digests != seen.digests:
            raise ZebraLabError(apart(model, forward, sites, state, plain.digests, seen.digests))
    recorder.check()
    config = text_config(model.config)
    return Capture(
        steps=tuple(recorder.steps),
        model=type(model).__name__,
        config=_config_of(model),
        tokens=texts_of(tokenizer, seen.ids),
        **of_inputs(given, model.config, pair=forward.pair, texts=forward.texts, past=forward.past),
        versions=versions(),
        notes=(*notes, *recorder.notes, *absent_from(config, recorder)),
    )


def _unmasked(model: Any) -> list[str]:
    """Attention implementations that no mask function is registered for: transformers then hands over None."""
    try:
        from transformers.masking_utils import AttentionMaskInterface
    except ImportError:
        return []
    known = AttentionMaskInterface()
    configs = [getattr(m, "config", None) for m in model.modules()]
    names = {str(name) for c in configs if (name := getattr(c, "_attn_implementation", None)) is not None}
    said = [
        f"the model's attention implementation {name!r} has no mask function: layers got no mask, causality depends on "
        "the kernel; register one with AttentionMaskInterface.register"
        for name in sorted(names)
        if name.removeprefix("paged|") not in known
    ]
    for sentence in said:
        warnings.warn(sentence, stacklevel=4)
    return said


def _config_of(model: Any) -> dict[str, Any] | None:
    try:
        return json.loads(model.config.to_json_string())
    except (AttributeError, TypeError, ValueError):
        return None


def versions() -> dict[str, str]:
    from . import __version__

    made = {
        "zebra-lab": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "torch": torch.__version__,
    }
    transformers = sys.modules.get("transformers")
    return made if transformers is None else {**made, "transformers": transformers.__version__}
