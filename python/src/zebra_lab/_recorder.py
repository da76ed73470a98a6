"""Turns the attention calls of a transformers model into steps and layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ._attention import Call, Masks, Slots, given_of, open_cells, runs_of, weights_of
from ._engine import ZebraLabError
from ._forward import Forward
from ._records import Layer, Step, Weights
from ._sizes import span
from ._transformers import Site, call_of, named, site_of, text_config, text_prefix, window_of

__all__ = ["Recorder", "absent_from"]

# Kinds of layers that keep a state, and read no keys.
STATE = re.compile("linear|conv|mamba|recurrent|delta", re.IGNORECASE)


class Recorder:
    def __init__(
        self, model: Any, sites: list[Site], kept: set[int] | None, weights: bool, forward: Forward
    ) -> None:
        self.model, self.kept, self.weights, self.forward = model, kept, weights, forward
        self.sites = {id(site.module): site for site in sites}
        self.names = {id(m): name for name, m in model.named_modules()}
        self.prefix = text_prefix(model)
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
            site = self.sites[id(module)] = site_of(self.names.get(id(module), ""), module, len(self.sites))
        self.called.add(id(module))
        if self._now is None or (self.kept is not None and site.layer not in self.kept):
            return
        output, returned = result if isinstance(result, tuple) else (result, None)
        given = named(args, kwargs)
        call, known = call_of(module, kernel, given)
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
        is_causal = call.causal is not None if known else bool(given.get("is_causal"))
        layer = Layer(
            layer=site.layer,
            masks=masks,
            given=given_of(given.get("attention_mask"), is_causal, window_of(given)),
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
            _version(mask),
            entries and (site.group, site.layer),
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
            self.steps += _steps_of(self._now[0], self._calls, self.prefix)
        self._calls, self._same = [], {}
        self._now = None if name is None else (name, past, queries)

    def check(self) -> None:
        """Raises ZebraLabError if a layer attended where capture could not see it."""
        missing = [
            site
            for key, site in self.ran.items()
            if key not in self.called and not STATE.search(self._kind(site) or "")
        ]
        if self.kept is not None:
            missing = [site for site in missing if site.layer in self.kept]
        # What reads images is not what is to be checked.
        texts = [site for site in missing if site.name.startswith(self.prefix)]
        self.notes += [
            f"{site.name} ({type(site.module).__name__}) computed attention without transformers' attention interface, "
            "and is not in the capture"
            for site in missing
            if site not in texts
        ]
        missing = texts
        if missing:
            kinds = ", ".join(sorted({type(site.module).__name__ for site in missing}))
            raise ZebraLabError(
                f"layer{'s' * (len(missing) != 1)} {span(site.layer for site in missing)} (counted from 0; {kinds}) "
                f"computed attention without transformers' attention interface, so their masks were not seen"
                f"{': capture the others with layers=[…], or' if self.called else ';'} use zebra_lab.record() around "
                "the call if they use scaled_dot_product_attention"
            )
        if not any(step.layers for step in self.steps):
            raise ZebraLabError(
                f"no layer of {type(self.model).__name__} called transformers' attention interface; use "
                "zebra_lab.record() around the call if it uses scaled_dot_product_attention"
            )


def _version(mask: Any) -> Any:
    """Counts changes of a tensor in place."""
    if not isinstance(mask, torch.Tensor):
        return 0
    return object() if mask.is_inference() else mask._version


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


def _steps_of(name: str, calls: list[tuple[Site, Layer]], prefix: str) -> list[Step]:
    """One step per stack of layers: decoder, encoder, cross-attention, the layers that read images."""
    stacks: dict[tuple[str, int, int], list[tuple[Site, Layer]]] = {}
    for site, layer in calls:
        mask = layer.masks[0][0]
        stacks.setdefault((site.group, mask.queries, mask.keys), []).append((site, layer))
    steps = []
    main = _main([s for s, _ in calls], prefix)
    for (group, queries, keys), inside in stacks.items():
        layers = [layer for _, layer in inside]
        if max(Counter(layer.layer for layer in layers).values()) > 1:
            several = "its module attends several times in a pass: the numbers of layers count calls, in their order"
            layers = [
                replace(layer, layer=at, notes=(*layer.notes, several)) for at, layer in enumerate(layers)
            ]
        layers.sort(key=lambda layer: layer.layer)
        cross = inside[0][0].cross
        stack = "cross-attention" if cross else "encoder" if ".encoder." in f".{group}" else group
        part = None if group == main else stack
        steps.append(Step(f"{name}, {part}" if part else name, queries, keys, tuple(layers), part))
    return sorted(steps, key=lambda step: step.name != name)


def _main(sites: list[Site], prefix: str) -> str | None:
    """The layers that write text, or the only ones there are."""
    groups = list(dict.fromkeys(site.group for site in sites))
    own = list(dict.fromkeys(s.group for s in sites if not s.cross and s.name.startswith(prefix)))
    decoders = [g for g in own if not _SOURCE.search(g.replace("decoder", ""))]
    return (decoders or own or groups or [None])[0]


# Names of what reads images, sounds, or the text that is translated.
_SOURCE = re.compile("vision|visual|image|audio|speech|encoder", re.IGNORECASE)


def absent_from(config: Any, recorder: Recorder) -> list[str]:
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
        f"layer{'s' * (len(at) != 1)} {span(at)} (counted from 0; {kind}) read no keys through a mask and are not in "
        "the capture"
        for kind, at in absent.items()
    ]
