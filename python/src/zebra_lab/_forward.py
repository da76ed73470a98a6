"""What a model is called with, and its forward passes: the prefill and steps of decoding."""

from __future__ import annotations

import copy
import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ._engine import ZebraLabError

__all__ = ["Forward", "bits", "inputs_of"]


def inputs_of(model: Any, inputs: Any, tokenizer: Any) -> dict[str, Any]:
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


class Forward:
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
    return " ".join(bits(v) for v in values if isinstance(v, torch.Tensor))


def bits(tensor: torch.Tensor) -> str:
    plain = tensor.detach().contiguous().reshape(-1)
    data = plain.view(torch.uint8).cpu().numpy() if plain.numel() else np.zeros(0, np.uint8)
    return hashlib.blake2b(data, digest_size=16).hexdigest() + str(tuple(tensor.shape))
