"""A transformers model run without capture and with it; what the layers read in between."""

from __future__ import annotations

import copy
import hashlib
import inspect
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from ._attention import Call, Masks, Slots, given_of, open_cells, runs_of, weights_of
from ._engine import ZebraLabError
from ._records import Capture, Layer, Step, Weights
from ._tokens import texts_of
from ._transformers import Site, call_of, compiled_away, refuse, sites_of, text_config, watching

__all__ = ["captured", "size_in_words", "versions"]


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
    given = _inputs(model, inputs, tokenizer)
    forward = _Forward(model, given, decode)
    sites = sites_of(model)
    kept = _kept(layers, sites)
    _fits(model, forward, sites, kept, weights, memory)
    notes = [] if note is None else [note]
    if any(m.training for m in model.modules()):
        notes.append(
            "the model is in training mode: dropout was drawn from the same random state in both runs; call "
            "model.eval() for what it computes in use"
        )
    notes += _unmasked(model)
    recorder = _Recorder(model, sites, kept, weights, forward)
    with _as_found(model), torch.no_grad():
        state = _random_state()
        plain = forward.run()
        _restore(state)
        with watching(model, recorder.seen), recorder.running():
            seen = forward.run(recorder.step)
        if plain.digests != seen.digests:
            raise ZebraLabError(_apart(model, forward, sites, state, plain.digests, seen.digests))
    recorder.check()
    config = text_config(model.config)
    return Capture(
        steps=tuple(recorder.steps),
        model=type(model).__name__,
        config=_config_of(model),
        tokens=texts_of(tokenizer, seen.ids),
        versions=versions(),
        notes=(*notes, *recorder.notes, *_absent(config, recorder)),
    )


# What the model is called with.


def _inputs(model: Any, inputs: Any, tokenizer: Any) -> dict[str, Any]:
    if isinstance(inputs, str) or (
        isinstance(inputs, (list, tuple)) and inputs and isinstance(inputs[0], str)
    ):
        if tokenizer is None:
            raise ZebraLabError(
                "the inputs are text; pass the model's tokenizer too: capture(model, text, tokenizer=…)"
            )
        inputs = tokenizer(inputs, return_tensors="pt", padding=not isinstance(inputs, str))
    elif isinstance(inputs, (list, tuple, np.ndarray)):
        try:
            inputs = torch.as_tensor(np.asarray(inputs))
        except (TypeError, ValueError) as error:
            raise ZebraLabError(
                "the lists of token ids differ in length; pad them, and give attention_mask"
            ) from error
    if isinstance(inputs, torch.Tensor):
        if inputs.is_floating_point() or inputs.dtype == torch.bool or inputs.ndim not in (1, 2):
            raise ZebraLabError(
                "token ids are integers [tokens] or [texts, tokens]; a tensor of "
                f"{str(inputs.dtype).removeprefix('torch.')} {list(inputs.shape)} was given; pass embeddings as "
                "{'inputs_embeds': …}"
            )
        inputs = {"input_ids": inputs if inputs.ndim == 2 else inputs[None]}
    if not isinstance(inputs, Mapping):
        raise ZebraLabError(
            "inputs is a dict of what the model is called with, a tensor of token ids, or text with a tokenizer; "
            f"{type(inputs).__name__} was given"
        )
    device = next(model.parameters()).device
    return {k: v.to(device) if isinstance(v, torch.Tensor) else v for k, v in inputs.items()}


@dataclass
class _Run:
    digests: list[str] = field(default_factory=list)
    ids: torch.Tensor | None = None  # [texts, tokens], with those generated


class _Forward:
    """The prefill and the steps of decoding, the same each time it is run."""

    def __init__(self, model: Any, given: dict[str, Any], decode: int) -> None:
        self.model, self.given, self.decode = model, given, decode
        self.pair = bool(getattr(model.config, "is_encoder_decoder", False))
        known = inspect.signature(model.forward).parameters
        # Its name since transformers 5.20, and before.
        self.cache = "cache" if "cache" in known else "past_key_values"
        if "past_key_values" in given and self.cache == "cache":
            self.given = {("cache" if k == "past_key_values" else k): v for k, v in given.items()}
        self.positions = "position_ids" in known
        if self.pair and "decoder_input_ids" not in given and "decoder_inputs_embeds" not in given:
            start = getattr(model.config, "decoder_start_token_id", None)
            if start is None:
                raise ZebraLabError("this model has a decoder; give decoder_input_ids among the inputs")
            first = next(v for v in given.values() if isinstance(v, torch.Tensor))
            self.given["decoder_input_ids"] = torch.full((first.shape[0], 1), start, device=first.device)
        self.name = "decoder_input_ids" if self.pair else "input_ids"
        text = self.given.get(self.name)
        embeds = self.given.get("decoder_inputs_embeds" if self.pair else "inputs_embeds")
        first = text if isinstance(text, torch.Tensor) else embeds
        if not isinstance(first, torch.Tensor) or first.ndim < 2:
            raise ZebraLabError(
                f"the inputs hold no {self.name} of shape [texts, tokens]; they hold {', '.join(map(str, given)) or 'nothing'}"
            )
        self.texts, self.tokens = first.shape[:2]
        if self.tokens == 0 or self.texts == 0:
            raise ZebraLabError("the inputs hold no tokens; give one or more")
        self.past = _seen_by(self.given.get(self.cache))
        if decode > 0 and not hasattr(model, "get_output_embeddings"):
            raise ZebraLabError(
                f"{type(model).__name__} has no logits to choose a next token from; use decode=0"
            )

    def run(self, step: Any = None) -> _Run:
        """`step(name, past, queries)` is called before each forward pass, and once without a name at the end."""
        run = _Run(ids=self.given.get(self.name))
        call = {k: copy.deepcopy(v) if k == self.cache else v for k, v in self.given.items()}
        mask_name = "decoder_attention_mask" if self.pair else "attention_mask"
        mask = call.get(mask_name)
        grows = isinstance(mask, torch.Tensor) and mask.ndim == 2
        if self.decode > 0:
            call.update(use_cache=True, return_dict=True)
            if (
                self.positions
                and grows
                and "position_ids" not in call
                and not self.pair
                and not bool(mask.all())
            ):
                call["position_ids"] = (mask.long().cumsum(-1) - 1).clamp(min=0)[:, -self.tokens :]
        past, queries = self.past, self.tokens
        for at in range(self.decode + 1):
            if step is not None:
                step("prefill" if at == 0 else f"decode {at}", past, queries)
            output = self.model(**call)
            run.digests.append(_digest(output))
            if at == self.decode:
                break
            cache = _first(output, "cache", "past_key_values")
            logits = _first(output, "logits")
            if cache is None or logits is None:
                raise ZebraLabError(
                    f"{type(self.model).__name__} returns no {'cache' if cache is None else 'logits'}, so it cannot "
                    "decode; use decode=0"
                )
            new = logits[:, -1:].argmax(-1)
            if run.ids is not None:
                run.ids = torch.cat([run.ids, new.to(run.ids)], dim=1)
            call = self._next(call, output, new, cache, mask_name, grows)
            past, queries = past + queries, 1
        if step is not None:
            step(None, past, queries)
        return run

    def _next(
        self, call: dict[str, Any], output: Any, new: torch.Tensor, cache: Any, mask_name: str, grows: bool
    ) -> dict[str, Any]:
        then: dict[str, Any] = {"use_cache": True, "return_dict": True, self.name: new, self.cache: cache}
        if grows:
            ones = call[mask_name].new_ones((self.texts, 1))
            then[mask_name] = torch.cat([call[mask_name], ones], dim=1)
        elif call.get(mask_name) is not None:
            raise ZebraLabError(
                "the attention mask given has four axes, which cannot grow with decoding; give one of [texts, tokens]"
            )
        if "position_ids" in call:
            then["position_ids"] = call["position_ids"][..., -1:] + 1
        if self.pair:
            from transformers.modeling_outputs import BaseModelOutput

            then["encoder_outputs"] = BaseModelOutput(last_hidden_state=output.encoder_last_hidden_state)
            then["attention_mask"] = call.get("attention_mask")
        return then


def _seen_by(cache: Any) -> int:
    if cache is None:
        return 0
    seen = cache.get_seq_length() if hasattr(cache, "get_seq_length") else cache[0][0].shape[-2]
    return int(seen)


def _first(output: Any, *names: str) -> Any:
    return next((v for name in names if (v := getattr(output, name, None)) is not None), None)


def _digest(output: Any) -> str:
    """Of the logits, bit for bit; of all tensors if there are none."""
    logits = _first(output, "logits", "last_hidden_state")
    values = (
        [logits] if logits is not None else list(output.values() if isinstance(output, Mapping) else output)
    )
    return " ".join(_bits(v) for v in values if isinstance(v, torch.Tensor))


def _bits(tensor: torch.Tensor) -> str:
    plain = tensor.detach().contiguous().reshape(-1)
    data = plain.view(torch.uint8).cpu().numpy() if plain.numel() else np.zeros(0, np.uint8)
    return hashlib.blake2b(data, digest_size=16).hexdigest() + str(tuple(tensor.shape))


# Before anything runs.


def _kept(layers: Iterable[int] | None, sites: list[Site]) -> set[int] | None:
    if layers is None:
        return None
    try:
        kept = {int(layer) for layer in layers}
    except (TypeError, ValueError) as error:
        raise ZebraLabError(
            f"layers is a list of layer numbers, counted from 0; {layers!r} was given"
        ) from error
    known = sorted({site.layer for site in sites})
    unknown = sorted(kept - set(known))
    if not kept or (unknown and known):
        raise ZebraLabError(
            f"layers is a list of layer numbers, counted from 0; "
            f"{', '.join(map(str, unknown)) or 'an empty list'} was given, and the layers with attention are {_span(known)}"
        )
    return kept


def _span(numbers: Iterable[int]) -> str:
    """'0–3, 5'"""
    parts: list[list[int]] = []
    for n in sorted(set(numbers)):
        if parts and parts[-1][-1] == n - 1:
            parts[-1] = [parts[-1][0], n]
        else:
            parts.append([n])
    return ", ".join(f"{p[0]}–{p[-1]}" if p[0] != p[-1] else str(p[0]) for p in parts)


def _fits(
    model: Any, forward: _Forward, sites: list[Site], kept: set[int] | None, weights: bool, memory: int
) -> None:
    config = text_config(model.config)
    heads = getattr(config, "num_attention_heads", None) or 1
    heads = max(heads) if isinstance(heads, (list, tuple)) else int(heads)
    count = len([s for s in sites if kept is None or s.layer in kept]) or int(
        getattr(config, "num_hidden_layers", 1)
    )
    texts, tokens, steps = forward.texts, forward.tokens, forward.decode
    keys = forward.past + tokens
    pairs = tokens * keys + sum(keys + at for at in range(1, steps + 1))
    needs_weights = count * texts * heads * pairs * 4 if weights else 0
    needs_masks = texts * tokens * keys * 6
    if needs_weights + needs_masks <= memory:
        return
    size = f"{count} layer{'s' * (count != 1)} × {texts} text{'s' * (texts != 1)} × {heads} heads × {tokens:,} × {keys:,} tokens"
    ways = []
    if weights and needs_masks <= memory:
        ways.append("weights=False keeps the masks alone")
        each = needs_weights // count + needs_masks
        if each <= memory:
            most = max(1, (memory - needs_masks) // (needs_weights // count))
            ways.append(f"layers=[…] with {most} of them" if most > 1 else "layers=[0] keeps one")
    per_pair = (count * heads * 4 if weights else 0) + 6
    ways.append(f"up to {max(1, int((memory / texts / per_pair) ** 0.5)):,} tokens fit")
    ways.append("memory=… allows more")
    raise ZebraLabError(
        f"a capture of {size} takes {size_in_words(needs_weights + needs_masks)}, more than {size_in_words(memory)}; {'; '.join(ways)}"
    )


def size_in_words(n: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if n < 1024:
            return f"{n:.0f} {unit}" if n >= 10 or unit == "bytes" else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:,.0f} TiB" if n >= 10 else f"{n:.1f} TiB"


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
        warnings.warn(sentence, stacklevel=5)
    return said


# What the layers read.


class _Recorder:
    def __init__(
        self, model: Any, sites: list[Site], kept: set[int] | None, weights: bool, forward: _Forward
    ) -> None:
        self.model, self.kept, self.weights, self.forward = model, kept, weights, forward
        self.sites = {id(site.module): site for site in sites}
        self.names = {id(m): name for name, m in model.named_modules()}
        self.kinds = getattr(text_config(model.config), "layer_types", None)
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.ran: dict[int, Site] = {}
        self.called: set[int] = set()
        self.widths: dict[int, int] = {}
        self._masks: dict[Any, Any] = {}
        self._same: dict[Any, tuple[Any, Masks]] = {}
        self._calls: list[tuple[Site, Layer]] = []
        self._now: tuple[str, int, int] | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Notes which attention modules ran, and how wide the masks they were handed are."""
        with ExitStack() as hooks:
            for site in self.sites.values():
                hooks.callback(
                    site.module.register_forward_pre_hook(self._entered(site), with_kwargs=True).remove
                )
            yield

    def _entered(self, site: Site) -> Any:
        def entered(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self.ran[id(module)] = site
            mask = kwargs.get("attention_mask")
            self.widths.pop(id(module), None)
            if isinstance(mask, torch.Tensor) and mask.ndim == 4:
                self.widths[id(module)] = mask.shape[-1]

        return entered

    def seen(
        self, module: Any, kernel: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> None:
        site = self.sites.get(id(module))
        if site is None:
            from ._transformers import _site

            site = self.sites[id(module)] = _site(self.names.get(id(module), ""), module, len(self.sites))
        self.called.add(id(module))
        if self._now is None or (self.kept is not None and site.layer not in self.kept):
            return
        output, returned = result if isinstance(result, tuple) else (result, None)
        call, known = call_of(module, kernel, args, kwargs, output)
        _, past, queries = self._now
        _, _, rows, keys = call.shape
        notes: list[str] = []
        width = self.widths.get(id(module))
        entries = max(0, keys - width) if width is not None and width != 1 else 0
        total = keys - entries
        ours = not site.cross and rows == queries
        if ours and past + queries < total:
            notes.append(
                f"the cache has room for {total} keys, and {past + queries} are filled; the unused slots are left out"
            )
        if ours:
            total = past + queries
        skip = max(0, total - (keys - entries))
        stands_for = _stand_for(module, entries, total) if entries else None
        if entries:
            notes.append(
                f"after the tokens' keys come {entries} that represent several tokens each; "
                + (
                    "masks and weights leave"
                    if stands_for is None
                    else "the mask shows those tokens, and weights leave"
                )
                + " them out"
            )
        if not known:
            call, known, sentence = _found(call, output, past, site)
            notes += [] if sentence is None else [sentence]
        masks = self._masks_of(call, skip, total, entries, stands_for, site)
        asked = kwargs.get("is_causal")
        window = kwargs.get("sliding_window")
        layer = Layer(
            layer=site.layer,
            masks=masks,
            given=given_of(
                call.mask,
                bool(getattr(module, "is_causal", True) if asked is None else asked)
                if kernel != "eager"
                else False,
                window if isinstance(window, int) and not isinstance(window, bool) else None,
            ),
            kind=self._kind(site),
            module=site.name or None,
            weights=self._weights(call, output, returned, kwargs, skip, total, entries, notes, known, module),
            notes=tuple(notes),
        )
        self._calls.append((site, layer))

    def _kind(self, site: Site) -> str | None:
        own = getattr(site.module, "layer_type", None) or getattr(site.module, "attention_type", None)
        if isinstance(own, str):
            return own
        if site.cross:
            return "cross_attention"
        kinds = self.kinds
        inside = "vision" not in site.name and "encoder" not in site.name
        return kinds[site.layer] if kinds and inside and 0 <= site.layer < len(kinds) else None

    def _masks_of(
        self, call: Call, skip: int, total: int, entries: int, stands_for: np.ndarray | None, site: Site
    ) -> Masks:
        if entries and stands_for is None:
            call = _without_last(call, entries)
        mask = call.mask
        key = (
            id(mask),
            getattr(mask, "_version", 0),
            call.causal,
            call.window,
            call.adds,
            *call.shape[2:],
            skip,
            total,
        )
        if key in self._same:
            return self._same[key][1]
        try:
            masks = runs_of(call, skip=skip, total=total, kept=self._masks, stands_for=stands_for)
        except Slots as slots:
            raise ZebraLabError(
                f"layer {site.layer} (counted from 0, {site.name}) reads {slots.args[0]:,} slots of the cache that hold no "
                f"token yet: the step has {total} tokens and the mask opens keys beyond them; check how the mask is "
                "built for this cache"
            ) from None
        self._same[key] = (mask, masks)  # the mask is kept so that its id stays its own
        return masks

    def _weights(
        self,
        call: Call,
        output: torch.Tensor,
        returned: Any,
        kwargs: dict[str, Any],
        skip: int,
        total: int,
        entries: int,
        notes: list[str],
        known: bool,
        module: Any,
    ) -> Weights | None:
        if not self.weights:
            return None
        texts, heads, rows, keys = call.shape
        shape = (texts, heads, rows, keys)
        dropped = bool(module.training and (kwargs.get("dropout") or 0.0) > 0)
        if isinstance(returned, torch.Tensor) and tuple(returned.shape) == shape:
            values, computed = returned.float(), False
            cells = open_cells(call)
            if known and bool(((values != 0) & ~cells & cells.any(-1, keepdim=True)).any()):
                notes.append(
                    "the layer gave weight to keys that its mask blocks; its weights are shown as it returned them"
                )
            if dropped:
                notes.append("the weights include dropout")
        else:
            values, off = weights_of(call, None if dropped else output)
            computed = True
            if off > 1:
                notes.append(
                    f"weights computed from queries, keys and the mask do not give this layer's output ({off:,.0f} times "
                    "further off than rounding explains), so they are left out"
                )
                return None
            if dropped:
                notes.append("the weights are those before dropout, and were not checked against the output")
        values = values[..., : keys - entries] if entries else values
        values = values[..., : total - skip]
        if skip:
            values = torch.nn.functional.pad(values, (skip, 0))
        return Weights(np.ascontiguousarray(values.cpu().numpy()), computed)

    def step(self, name: str | None, past: int, queries: int) -> None:
        if self._now is not None:
            self.steps += _steps_of(self._now[0], self._calls)
        self._calls, self._same = [], {}
        self._now = None if name is None else (name, past, queries)

    def check(self) -> None:
        """Raises ZebraLabError if a layer attended where capture could not see it."""
        missing = [site for key, site in self.ran.items() if key not in self.called]
        if self.kept is not None:
            missing = [site for site in missing if site.layer in self.kept]
        if missing:
            kinds = ", ".join(sorted({type(site.module).__name__ for site in missing}))
            raise ZebraLabError(
                f"layer{'s' * (len(missing) != 1)} {_span(site.layer for site in missing)} (counted from 0; {kinds}) "
                f"computed attention without transformers' attention interface, so their masks were not seen"
                f"{': capture the others with layers=[…], or' if self.called else ';'} use zebra_lab.record() around "
                "the call if they use scaled_dot_product_attention"
            )
        if not any(step.layers for step in self.steps):
            raise ZebraLabError(
                f"no layer of {type(self.model).__name__} called transformers' attention interface; use "
                "zebra_lab.record() around the call if it uses scaled_dot_product_attention"
            )


def _without_last(call: Call, entries: int) -> Call:
    mask = call.mask
    return replace(
        call,
        key=call.key[:, :, :-entries],
        value=call.value[:, :, :-entries],
        mask=mask[..., :-entries] if isinstance(mask, torch.Tensor) else mask,
    )


def _stand_for(module: Any, entries: int, total: int) -> np.ndarray | None:
    """bool [entries, total]: which tokens each compressed key of DeepSeek-V4 comes from."""
    compressor = getattr(module, "compressor", None)
    rate = getattr(compressor, "compress_rate", None)
    if not isinstance(rate, int):
        return None
    # With an indexer, an entry pools its own tokens and those of the entry before.
    before = rate if hasattr(compressor, "indexer") else 0
    first = np.arange(entries)[:, None] * rate
    token = np.arange(total)[None, :]
    return (token >= first - before) & (token < first + rate)


def _found(call: Call, output: torch.Tensor, past: int, site: Site) -> tuple[Call, bool, str | None]:
    """A kernel whose rules are not known: which of a few rules gives its output."""
    mask = "the mask it was given" if call.mask is not None else "no mask"
    rules: list[tuple[Call, str]] = [(call, mask), (replace(call, adds=True), f"{mask}, added to the scores")]
    rules += [
        (replace(call, causal=way), f"{mask}, and causal by itself") for way in ("top_left", "bottom_right")
    ]
    if isinstance(sinks := getattr(site.module, "sinks", None), torch.Tensor) and call.sinks is None:
        rules += [(replace(rule, sinks=sinks), said) for rule, said in rules]
    for rule, said in rules:
        if weights_of(rule, output)[1] <= 1:
            return rule, True, f"the kernel is not one of transformers' own; its output is that of {said}"
    sentence = (
        f"the kernel is not one of transformers' own, and its output is not that of {mask}, with or without causality: "
        "what it reads is not known, and the mask shown is what it was given"
    )
    return call, False, sentence


def _steps_of(name: str, calls: list[tuple[Site, Layer]]) -> list[Step]:
    """One step per stack of layers: decoder, encoder, cross-attention, the layers that read images."""
    stacks: dict[tuple[str, int, int], list[tuple[Site, Layer]]] = {}
    for site, layer in calls:
        mask = layer.masks[0][0]
        stacks.setdefault((site.group, mask.queries, mask.keys), []).append((site, layer))
    steps = []
    main = _main([group for group, _, _ in stacks], [s for s, _ in calls])
    for (group, queries, keys), inside in stacks.items():
        layers = [layer for _, layer in inside]
        if max(Counter(layer.layer for layer in layers).values()) > 1:
            # Modules that run several times: the passes are numbered in their order.
            layers = [replace(layer, layer=at) for at, layer in enumerate(layers)]
        layers.sort(key=lambda layer: layer.layer)
        cross = inside[0][0].cross
        stack = "cross-attention" if cross else "encoder" if ".encoder." in f".{group}" else group
        steps.append(Step(name if group == main else f"{name}, {stack}", queries, keys, tuple(layers)))
    return sorted(steps, key=lambda step: step.name != name)


def _main(groups: list[str], sites: list[Site]) -> str | None:
    """The layers that generate text, or the only ones there are."""
    cross = {site.group for site in sites if site.cross}
    own = [g for g in dict.fromkeys(groups) if g not in cross and "vision" not in g and "audio" not in g]
    decoders = [g for g in own if "encoder" not in g.replace("decoder", "")]
    return (decoders or own or list(dict.fromkeys(groups)) or [None])[0]


def _absent(config: Any, recorder: _Recorder) -> list[str]:
    """Layers that read no keys, by kind."""
    kinds = getattr(config, "layer_types", None) or getattr(config, "layers_block_type", None)
    steps = [step for step in recorder.steps if step.name == "prefill"]
    if not kinds or not steps or recorder.kept is not None:
        return []
    there = {layer.layer for layer in steps[0].layers}
    absent: dict[str, list[int]] = {}
    for at, kind in enumerate(kinds):
        if at not in there:
            absent.setdefault(str(kind), []).append(at)
    return [
        f"layer{'s' * (len(at) != 1)} {_span(at)} (counted from 0; {kind}) read no keys through a mask and are not in "
        "the capture"
        for kind, at in absent.items()
    ]


# The proof.


def _apart(
    model: Any, forward: _Forward, sites: list[Site], state: Any, plain: list[str], seen: list[str]
) -> str:
    """Why the outputs differ."""
    _restore(state)
    if forward.run().digests != plain:
        return (
            "the model gives other outputs each time, even without capture, so a capture cannot be proven; call "
            "model.eval(), or torch.use_deterministic_algorithms(True)"
        )
    at = next(i for i, (a, b) in enumerate(zip(plain, seen, strict=True)) if a != b)
    name = "the prefill" if at == 0 else f"decode step {at}"
    outputs = []
    for watched in (False, True):
        found: list[tuple[Site, str]] = []
        with ExitStack() as stack:
            for site in sites:
                stack.callback(site.module.register_forward_hook(_noting(site, found)).remove)
            if watched:
                stack.enter_context(watching(model, lambda *_: None))
            _restore(state)
            forward.run()
        outputs.append(found)
    first = next((a[0] for a, b in zip(*outputs, strict=False) if a[1] != b[1]), None)
    which = (
        "no attention layer's output does"
        if first is None
        else f"layer {first.layer} (counted from 0, {first.name}) is the first"
    )
    return (
        f"with capture the outputs of {name} differ from those without, and {which}: its attention function behaves "
        "differently when it is watched; please report it, with the model's type and attention implementation"
    )


def _noting(site: Site, found: list[tuple[Site, str]]) -> Any:
    def noted(module: Any, args: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        found.append((site, _bits(first)))

    return noted


@contextmanager
def _as_found(model: Any) -> Iterator[None]:
    state = _random_state()
    # Running statistics change in training mode.
    buffers = {n: b.clone() for n, b in model.named_buffers()} if model.training else {}
    try:
        yield
    finally:
        _restore(state)
        for name, tensor in model.named_buffers():
            if name in buffers:
                tensor.copy_(buffers[name])


def _random_state() -> Any:
    cuda = (
        torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None
    )
    return torch.get_rng_state(), cuda, random.getstate(), np.random.get_state()


def _restore(state: Any) -> None:
    torch.set_rng_state(state[0])
    if state[1] is not None:
        torch.cuda.set_rng_state_all(state[1])
    random.setstate(state[2])
    np.random.set_state(state[3])


# What the file says of it.


def _config_of(model: Any) -> dict[str, Any] | None:
    import json

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
