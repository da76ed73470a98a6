"""Attention calls of plain PyTorch code, seen while they run."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from types import TracebackType
from typing import Any, final

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import flex_attention as flex
from torch.overrides import TorchFunctionMode

from ._attention import Call, given_of, is_block_mask, runs_of, weights_of
from ._engine import ZebraLabError
from ._records import Capture, Given, Layer, Step, Weights
from ._runs import versions
from ._said import said_of, tokens_of
from ._sizes import size_in_words

__all__ = ["Recording"]

_DENSE = F.scaled_dot_product_attention
_WHOLE = F.multi_head_attention_forward
_FLEX = flex.flex_attention
_HERE = os.path.dirname(os.path.abspath(__file__))
_TORCH = os.path.dirname(os.path.abspath(torch.__file__))


class _Mode(TorchFunctionMode):
    """Sees functions of torch however they were imported."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self.recording = recording

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is _DENSE:
            return self.recording._dense(*args, **kwargs)
        if func is _WHOLE:
            return self.recording._whole(*args, **kwargs)
        return func(*args, **kwargs)


@final
class Recording:
    """What `record` returns; `capture` holds the calls so far."""

    def __init__(
        self,
        *,
        weights: bool = True,
        attention_mask: Any = None,
        position_ids: Any = None,
        memory: int = 4 << 30,
    ) -> None:
        self._weights, self._memory = weights, memory
        self._said = said_of(attention_mask, position_ids)
        self._tokens = tokens_of(attention_mask, position_ids)
        self._layers: list[Layer] = []
        self._kept: dict[Any, Any] = {}
        self._held = 0
        self._mode: _Mode | None = None
        self._places: list[tuple[Any, str, Any]] = []
        self._given: list[tuple[Any, bool]] = []
        self._thread = 0
        self._inside = False

    @property
    def capture(self) -> Capture:
        """The calls as layers; consecutive ones with as many queries and keys are one step."""
        steps: list[Step] = []
        for layer in self._layers:
            mask = layer.masks[0][0]
            last = steps[-1] if steps else None
            if last is not None and (last.queries, last.keys) == (mask.queries, mask.keys):
                steps[-1] = Step(last.name, last.queries, last.keys, (*last.layers, layer))
            else:
                steps.append(Step("calls", mask.queries, mask.keys, (layer,)))
        if len(steps) > 1:
            steps = [Step(_called(s), s.queries, s.keys, s.layers) for s in steps]
        return Capture(tuple(map(self._of_text, steps)), versions=versions(), **self._said)

    def _of_text(self, step: Step) -> Step:
        """What the inputs say of the tokens says nothing of other sequences, such as the parts of an image."""
        other = self._tokens is not None and step.queries == step.keys and step.keys != self._tokens
        return replace(step, part=f"{step.keys} keys") if other else step

    def __repr__(self) -> str:
        calls = len(self._layers)
        return f"Recording({calls} {'call' if calls == 1 else 'calls'} so far; see .capture)"

    def __enter__(self) -> Recording:
        if self._mode is not None:
            raise ZebraLabError("this recording is running already; make another one with record()")
        self._thread = threading.get_ident()
        # Functions inside torch call each other by name; flex_attention is not an operator that modes see.
        flexible = self._watched_flex()
        for file in list(sys.modules.values()):
            names = getattr(file, "__dict__", None)
            if not isinstance(names, dict) or str(names.get("__name__", "")).startswith("zebra_lab"):
                continue
            for name, value in list(names.items()):
                if value is _FLEX:
                    self._put(file, name, flexible)
        self._put(F, "scaled_dot_product_attention", self._dense_of_torch())
        self._mode = _Mode(self)
        self._mode.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        mode, self._mode = self._mode, None
        if mode is not None:
            mode.__exit__(kind, error, trace)
        for file, name, value in reversed(self._places):
            setattr(file, name, value)
        self._places.clear()

    def _put(self, file: Any, name: str, value: Any) -> None:
        self._places.append((file, name, getattr(file, name)))
        setattr(file, name, value)

    def _ours(self) -> bool:
        return self._mode is not None and threading.get_ident() == self._thread

    def _dense_of_torch(self) -> Callable[..., Any]:
        @wraps(_DENSE)
        def scaled_dot_product_attention(*args: Any, **kwargs: Any) -> Any:
            return self._dense(*args, **kwargs) if self._ours() else _DENSE(*args, **kwargs)

        return scaled_dot_product_attention

    def _whole(self, *args: Any, **kwargs: Any) -> Any:
        """nn.MultiheadAttention: it may drop the mask that it is given, in favour of is_causal."""
        names = _WHOLE.__code__.co_varnames[: _WHOLE.__code__.co_argcount]
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        self._given.append((named.get("attn_mask"), bool(named.get("is_causal", False))))
        try:
            return _WHOLE(*args, **kwargs)
        finally:
            self._given.pop()

    def _dense(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attn_mask: torch.Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        **kwargs: Any,
    ) -> torch.Tensor:
        if self._inside:
            return _DENSE(query, key, value, attn_mask, dropout_p, is_causal, **kwargs)
        self._inside = True  # the operator comes by again, through the mode
        try:
            output = _DENSE(query, key, value, attn_mask, dropout_p, is_causal, **kwargs)
        finally:
            self._inside = False
        call = Call(
            *_four(query, key, value),
            mask=attn_mask,
            # PyTorch refuses a mask beside is_causal; where a version takes both, is_causal decides alone.
            causal="top_left" if is_causal else None,
            scale=kwargs.get("scale"),
        )
        given, said = given_of(attn_mask, is_causal), []
        if self._given:
            meant, causal = self._given[-1]
            given = given_of(meant, causal)
            if meant is not None and attn_mask is None and is_causal:
                said.append(
                    "multi_head_attention_forward was given a mask and is_causal=True: it dropped the mask, and what "
                    "the call read is causal alone"
                )
        self._add(call, output, given, said, dropout_p)
        return output

    def _watched_flex(self) -> Callable[..., Any]:
        @wraps(_FLEX)
        def flex_attention(
            query: torch.Tensor,
            key: torch.Tensor,
            value: torch.Tensor,
            score_mod: Any = None,
            block_mask: Any = None,
            scale: float | None = None,
            *args: Any,
            **kwargs: Any,
        ) -> Any:
            result = _FLEX(query, key, value, score_mod, block_mask, scale, *args, **kwargs)
            if self._ours() and not torch.compiler.is_compiling():
                call = Call(query, key, value, mask=block_mask, scale=scale, score_mod=score_mod)
                output = result[0] if isinstance(result, tuple) else result
                self._add(call, output, given_of(block_mask, False), [], 0.0)
            return result

        return flex_attention

    def _add(self, call: Call, output: torch.Tensor, given: Given, said: list[str], dropout: float) -> None:
        place = _place()
        with torch.no_grad(), torch._C.DisableTorchFunction():
            call = _plain(call)
            masks = runs_of(call, kept=self._kept)
            weights = self._weights_of(call, output.detach(), said, dropout)
        self._layers.append(
            Layer(len(self._layers), masks, given, called_from=place, weights=weights, notes=tuple(said))
        )

    def _weights_of(
        self, call: Call, output: torch.Tensor, said: list[str], dropout: float
    ) -> Weights | None:
        texts, heads, queries, keys = call.shape
        self._held += texts * heads * queries * keys * 4 if self._weights else 0
        if self._held > self._memory:
            raise ZebraLabError(
                f"the weights recorded so far take {size_in_words(self._held)}, more than {size_in_words(self._memory)}; "
                "use record(weights=False), which keeps masks alone, or record fewer calls"
            )
        if not self._weights:
            return None
        if output.ndim == 3:
            output = output[:, None]
        values, off = weights_of(call, None if dropout > 0 else output.transpose(1, 2))
        if off > 1:
            said.append(
                f"weights computed from queries, keys and the mask do not give this call's output ({off:,.0f} times "
                "further off than rounding explains), so they are left out"
            )
            return None
        if dropout > 0:
            said.append("the weights are those before dropout, and were not checked against the output")
        return Weights(np.ascontiguousarray(values.cpu().numpy()), True)


def _four(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """[texts, heads, tokens, d], as the records have it; PyTorch also takes fewer and more axes."""
    made = []
    for tensor in tensors:
        while tensor.ndim < 4:
            tensor = tensor[None] if tensor.ndim == 2 else tensor[:, None]
        made.append(tensor.flatten(0, -4) if tensor.ndim > 4 else tensor)
    return made


def _plain(call: Call) -> Call:
    mask = call.mask
    if isinstance(mask, torch.Tensor) and not is_block_mask(mask):
        mask = mask.detach()
        mask = mask[:, None] if mask.ndim == 3 else mask.flatten(0, -4) if mask.ndim > 4 else mask
        if call.causal is not None:
            mask = None
    return replace(
        call, query=call.query.detach(), key=call.key.detach(), value=call.value.detach(), mask=mask
    )


def _place() -> str | None:
    """'train.py:88 in attend': the first frame that is neither torch's nor this package's."""
    frame = sys._getframe(1)
    while frame is not None:
        file = os.path.abspath(frame.f_code.co_filename)
        if not file.startswith((_TORCH, _HERE)):
            return f"{os.path.basename(file)}:{frame.f_lineno} in {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _called(step: Step) -> str:
    first, last = step.layers[0].layer, step.layers[-1].layer
    return f"call {first}" if first == last else f"calls {first}–{last}"
