"""What the inputs say of the tokens: padding, packed documents, and tokens that are blocked within a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from ._engine import ZebraLabError

__all__ = ["Said", "of_inputs", "said_of", "tokens_of"]

Said = dict[str, Any]
"""Fields of a Capture: padding, documents, holes, source_padding."""


def of_inputs(given: Mapping[str, Any], config: Any = None, *, pair: bool, texts: int, past: int) -> Said:
    """Of what a model is called with. `past`: tokens that its cache already holds."""
    if not pair:
        said = said_of(given.get("attention_mask"), given.get("position_ids"), texts=texts, past=past)
        spans = () if past else _both_ways(given, config)
        return {**said, "spans": spans} if any(spans) else said
    own = said_of(given.get("decoder_attention_mask"), None, texts=texts, past=past)
    source = said_of(given.get("attention_mask"), None, texts=texts)
    return {**own, "source_padding": source.get("padding")}


def said_of(attention_mask: Any, position_ids: Any, *, texts: int | None = None, past: int = 0) -> Said:
    """Of an attention mask [texts, tokens] of ones and zeros, and of position ids [texts, tokens]."""
    mask = _rows(attention_mask, "attention_mask")
    if mask is not None and bool((mask != 0).all()):
        mask = None
    said: Said = {}
    if mask is not None:
        said["padding"] = tuple(_sides(row) for row in mask != 0)
        said["holes"] = tuple(_holes(row) for row in mask != 0)
    # A mask of its own says more than positions do.
    own = isinstance(attention_mask, Mapping) or getattr(attention_mask, "ndim", 2) > 2
    positions = None if own else _rows(position_ids, "position_ids")
    if positions is not None:
        count = max(len(positions), 0 if mask is None else len(mask), texts or 0)
        said["documents"] = tuple(
            _begins(
                positions[text % len(positions)], past, None if mask is None else mask[text % len(mask)] != 0
            )
            for text in range(count)
        )
    return {name: all_ for name, all_ in said.items() if any(map(any, all_))}


def tokens_of(*given: Any) -> int | None:
    """How many tokens these lists are of."""
    names = ("attention_mask", "position_ids")
    lists = [
        rows for value, name in zip(given, names, strict=True) if (rows := _rows(value, name)) is not None
    ]
    return None if not lists else int(lists[0].shape[1])


def _both_ways(given: Mapping[str, Any], config: Any) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Tokens that families of models let read one another in both directions, as transformers does."""
    kind = getattr(config, "model_type", "")
    text = getattr(config, "text_config", config)
    if kind == "gemma3":
        types, read = _rows(given.get("token_type_ids"), "token_type_ids"), (1,)
    elif kind == "gemma4" and getattr(text, "use_bidirectional_attention", None) == "vision":
        types, read = _rows(given.get("mm_token_type_ids"), "mm_token_type_ids"), (1, 2)
    elif kind == "paligemma":
        types, read = _rows(given.get("token_type_ids"), "token_type_ids"), (0,)  # the prefix
    else:
        return ()
    return () if types is None else tuple(_runs(np.isin(row, read)) for row in types)


def _runs(row: np.ndarray) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
    return tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2))


def _rows(value: Any, name: str) -> np.ndarray | None:
    if value is None or isinstance(value, Mapping):
        return None
    array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
    if array.ndim == 1:
        array = array[None]
    # With four axes it is a mask; position ids of images and videos have three.
    if array.ndim != 2:
        return None
    if array.dtype.kind not in "biu" and not bool(np.isin(array, (0, 1)).all()):
        raise ZebraLabError(f"{name} holds numbers of type {array.dtype}; it should hold whole numbers")
    return array


def _sides(text: np.ndarray) -> tuple[int, int]:
    return (int(text.argmax()), int(text[::-1].argmax())) if text.any() else (len(text), 0)


def _holes(text: np.ndarray) -> tuple[tuple[int, int], ...]:
    before, after = _sides(text)
    edges = np.flatnonzero(np.diff(text[before : len(text) - after].astype(np.int8)))
    return tuple((before + int(a) + 1, before + int(b) + 1) for a, b in edges.reshape(-1, 2))


def _begins(positions: np.ndarray, past: int, text: np.ndarray | None) -> tuple[int, ...]:
    """Tokens whose position is not after that of the token before them. Padding begins nothing."""
    begins = past + 1 + np.flatnonzero(np.diff(positions) <= 0)
    if text is None:
        return tuple(map(int, begins))
    before, after = _sides(text)
    return tuple(int(at) for at in begins if before < at < len(text) - after and text[at] and text[at - 1])
