"""One attention call: the mask it effectively used, and its weights. Needs torch; imported by the captures only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ._records import Given, Mask

__all__ = ["BLOCKS", "Call", "Masks", "given_of", "open_cells", "runs_of", "weights_of"]

# A score lowered by this much has weight 0 in every dtype: exp(-104) is already 0 in float32.
BLOCKS = -1000.0
CELLS_AT_ONCE = 1 << 24

Masks = tuple[tuple[Mask, ...], ...]


@dataclass(frozen=True, eq=False)
class Call:
    """What a kernel was called with; query and output are what it read and returned."""

    query: torch.Tensor  # [texts, heads, queries, d]
    key: torch.Tensor  # [texts, key heads, keys, d]
    value: torch.Tensor  # [texts, key heads, keys, dv]
    mask: Any = None  # None, a tensor that is broadcast to [texts, heads, queries, keys], or a BlockMask
    # Causal from the first key on ('top_left', as in torch), with the last query at the last key, or not by itself.
    causal: str | None = None
    window: int | None = (
        None  # keys that a query reads, itself included; only if the kernel applies it by itself
    )
    scale: float | None = None
    softcap: float | None = None
    sinks: torch.Tensor | None = None  # [heads]
    bias: torch.Tensor | None = None  # added to the scores, of all heads
    adds: bool = False  # adds any mask to the scores, bool ones too, as eager attention does
    score_mod: Callable[..., torch.Tensor] | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Texts, heads, queries, keys."""
        texts, heads, queries, _ = self.query.shape
        return max(texts, self.key.shape[0]), heads, queries, self.key.shape[2]


def is_block_mask(mask: Any) -> bool:
    return type(mask).__name__ == "BlockMask"


def given_of(mask: Any, is_causal: bool, window: int | None = None) -> Given:
    """How a mask was handed over, in words and numbers."""
    if mask is None:
        return Given("none", is_causal=is_causal, window=window)
    if is_block_mask(mask):
        return Given("block_mask", shape=tuple(mask.shape), is_causal=is_causal, window=window)
    dtype, shape = str(mask.dtype).removeprefix("torch."), tuple(mask.shape)
    # Two axes are the padding of a flash kernel: integers or bool.
    if not mask.is_floating_point():
        return Given("bool", dtype, shape, is_causal, window)
    least = float(mask.min()) if mask.numel() else 0.0
    return Given("additive", dtype, shape, is_causal, window, least if _is_fill(mask, least) else None)


def _is_fill(mask: torch.Tensor, least: float) -> bool:
    """Whether the lowest number blocks, or is the only one besides 0; other numbers are a bias, as of ALiBi."""
    return least < 0 and (least <= BLOCKS or bool(((mask == 0) | (mask == least)).all()))


def open_cells(call: Call, first: int = 0, last: int | None = None) -> torch.Tensor:
    """bool [texts or 1, heads or 1, last − first, keys]: True where a key may be read by queries first … last − 1."""
    _, _, queries, keys = call.shape
    last = queries if last is None else last
    at = torch.arange(first, last, device=call.query.device)[:, None]
    key = torch.arange(keys, device=call.query.device)[None, :]
    cells = torch.ones((1, 1, last - first, keys), dtype=torch.bool, device=call.query.device)
    # torch aligns is_causal with the first key; flash kernels with the last.
    shift = keys - queries if call.causal == "bottom_right" else 0
    if call.causal:
        cells = cells & (key <= at + shift)
    if call.window is not None:
        cells = cells & (key > at + shift - call.window)
        if not call.causal:
            cells = cells & (key < at + shift + call.window)
    mask = call.mask
    if mask is None:
        return cells
    if is_block_mask(mask):
        return cells & _of_block_mask(mask, call, first, last)
    while mask.ndim < 4:
        mask = mask[None]
    mask = mask[..., :keys]
    mask = mask if mask.shape[2] == 1 else mask[:, :, first:last]
    if mask.dtype == torch.bool and not call.adds:
        return cells & mask
    return cells & (mask.to(torch.float32) > BLOCKS)


def _of_block_mask(mask: Any, call: Call, first: int, last: int) -> torch.Tensor:
    """What flex_attention reads: full blocks whole, others where mask_mod says so, and no block that is not listed."""
    device = call.query.device
    texts, heads = mask.kv_num_blocks.shape[:2]
    keys = call.shape[3]
    at = torch.arange(first, last, device=device)
    key = torch.arange(keys, device=device)
    size_q, size_k = mask.BLOCK_SIZE

    def spread(number: torch.Tensor, listed: torch.Tensor) -> torch.Tensor:
        columns = max(listed.shape[-1], -(-keys // size_k))
        counts = torch.arange(listed.shape[-1], device=device) < number[..., None]
        dense = torch.zeros((*listed.shape[:-1], columns + 1), dtype=torch.bool, device=device)
        # What is beyond the number of listed blocks goes to a column that is dropped.
        dense.scatter_(-1, torch.where(counts, listed, columns).long(), True)
        return dense[:, :, at // size_q][..., key // size_k]

    inside = spread(mask.kv_num_blocks, mask.kv_indices)
    for text in range(texts):
        for head in range(heads):
            if bool(inside[text, head].any()):
                inside[text, head] &= _mask_mod(mask.mask_mod, text, head, at, key)
    if mask.full_kv_num_blocks is None:
        return inside
    return inside | spread(mask.full_kv_num_blocks, mask.full_kv_indices)


def _mask_mod(
    mod: Callable[..., Any], text: int, head: int, at: torch.Tensor, key: torch.Tensor
) -> torch.Tensor:
    b, h = (torch.tensor(n, device=at.device) for n in (text, head))
    from torch._dynamo._trace_wrapped_higher_order_op import TransformGetItemToIndex

    with TransformGetItemToIndex():  # as create_mask does: mask_mod may index tensors by its arguments
        over_keys = torch.vmap(mod, in_dims=(None, None, None, 0))
        return torch.vmap(over_keys, in_dims=(None, None, 0, None))(b, h, at, key)


class Slots(Exception):
    """A cache's unused slots are read; the argument is the number of cells."""


def runs_of(
    call: Call,
    *,
    skip: int = 0,
    total: int | None = None,
    kept: dict[Any, Any] | None = None,
    stands_for: np.ndarray | None = None,
) -> Masks:
    """Masks [texts][heads] of a call, over `total` keys, the call's first being key number `skip`.

    Keys at or beyond `total` are unused slots of a cache; raises Slots if one of them is read. `kept` holds masks
    that exist already, so that equal ones are the same object. `stands_for` is bool [entries, total]: the tokens that
    the call's last keys represent; a query that reads such a key reads those.
    """
    _, _, queries, keys = call.shape
    total = skip + keys if total is None else total
    kept = {} if kept is None else kept
    parts: dict[tuple[int, int], list[np.ndarray]] = {}
    alike = _shares(call)
    rows = max(1, CELLS_AT_ONCE // max(1, keys * alike[0] * alike[1]))
    texts = heads = 1
    for first in range(0, queries, rows):
        cells = open_cells(call, first, min(queries, first + rows)).cpu().numpy()
        if stands_for is not None:
            cells = _through(cells, stands_for, skip, total)
        elif (over := cells[..., max(0, total - skip) :]).any():
            raise Slots(int(over.sum()))
        texts, heads = cells.shape[:2]
        for text in range(texts):
            for head in range(heads):
                shift = 0 if stands_for is not None else skip
                runs = Mask.of(cells[text, head]).runs + np.array([first, shift, shift], dtype=np.int32)
                parts.setdefault((text, head), []).append(runs)
    made = []
    for text in range(texts):
        row = []
        for head in range(heads):
            mask = Mask(queries, total, np.concatenate(parts[text, head]).astype(np.int32))
            row.append(kept.setdefault(mask, mask))
        made.append(_alike(row))
    return _alike(made)


def _through(cells: np.ndarray, stands_for: np.ndarray, skip: int, total: int) -> np.ndarray:
    """Cells over all tokens, of cells over the tokens from `skip` on and over entries that represent some."""
    own = cells.shape[-1] - len(stands_for)
    tokens = (cells[..., own:].astype(np.float32) @ stands_for.astype(np.float32)) > 0
    tokens[..., skip : skip + own] |= cells[..., : min(own, total - skip)]
    return tokens


def _shares(call: Call) -> tuple[int, int]:
    mask = call.mask
    if mask is None or not hasattr(mask, "shape"):
        return 1, 1
    shape = tuple(mask.shape)
    return (shape[0], shape[1]) if len(shape) == 4 else (shape[0], 1) if len(shape) in (2, 3) else (1, 1)


def _alike(items: Sequence[Any]) -> tuple[Any, ...]:
    return (items[0],) if all(item == items[0] for item in items) else tuple(items)


def weights_of(call: Call, output: torch.Tensor | None) -> tuple[torch.Tensor, float]:
    """float32 [texts, heads, queries, keys], and how far the output is off in units of what the dtype explains.

    Rows that read nothing have weights 0 and are not compared: what kernels return for them differs.
    """
    # Within autocast, products of float32 would be bfloat16.
    with torch.autocast(call.query.device.type, enabled=False):
        return _weights_of(call, output)


def _weights_of(call: Call, output: torch.Tensor | None) -> tuple[torch.Tensor, float]:
    texts, heads, queries, keys = call.shape
    cells = open_cells(call)
    scale = call.query.shape[-1] ** -0.5 if call.scale is None else call.scale
    key = _for_heads(call.key, heads).float()
    value = _for_heads(call.value, heads).float()
    scores = call.query.float() @ key.transpose(-1, -2) * scale
    scores = scores.expand(texts, heads, queries, keys)
    if call.softcap is not None:
        scores = torch.tanh(scores / call.softcap) * call.softcap
    if call.score_mod is not None:
        scores = _scored(scores.clone(), call.score_mod)
    if call.bias is not None:
        scores = scores + call.bias[..., :keys].float()
    if (
        isinstance(call.mask, torch.Tensor)
        and (call.adds or call.mask.is_floating_point())
        and call.mask.ndim > 2
    ):
        scores = scores + call.mask[..., :keys].float().clamp(min=2 * BLOCKS)
    size = float(scores.masked_fill(~cells, 0).abs().max()) if scores.numel() else 0.0
    scores = scores.masked_fill(~cells, float("-inf"))
    if call.sinks is not None:
        sinks = call.sinks.float().reshape(1, -1, 1, 1).expand(texts, heads, queries, 1)
        weights = torch.softmax(torch.cat([scores, sinks], dim=-1), dim=-1)[..., :-1]
    else:
        weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
    if output is None:
        return weights, 0.0
    expected = (weights @ value).transpose(1, 2)
    if output.numel() != expected.numel():
        return weights, float("inf")
    found = output.reshape(expected.shape).float()
    reads = cells.any(-1).expand(texts, heads, queries).transpose(1, 2)[..., None]
    apart = float(((expected - found) * reads).abs().max()) if expected.numel() else 0.0
    # Each weight is off by the rounding of its score, each product by that of its factors.
    eps = torch.finfo(output.dtype).eps
    allowed = eps * max(float(value.abs().max()), 1e-30) * (16 + 4 * size)
    return weights, float("inf") if math.isnan(apart) else apart / allowed


def _for_heads(tensor: torch.Tensor, heads: int) -> torch.Tensor:
    return tensor if tensor.shape[1] == heads else tensor.repeat_interleave(heads // tensor.shape[1], dim=1)


def _scored(scores: torch.Tensor, mod: Callable[..., torch.Tensor]) -> torch.Tensor:
    """The scores after flex_attention's score_mod."""
    places = [torch.arange(n, device=scores.device) for n in scores.shape]
    from torch._dynamo._trace_wrapped_higher_order_op import TransformGetItemToIndex

    with TransformGetItemToIndex():
        for axes in ((0, None, None, None, 0), (0, None, None, 0, None), (0, None, 0, None, None)):
            mod = torch.vmap(mod, in_dims=axes)
        mod = torch.vmap(mod, in_dims=(0, 0, None, None, None))
        return mod(scores, *places)
