"""What a capture would take, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._engine import ZebraLabError
from ._forward import Forward
from ._transformers import Site, text_config

__all__ = ["kept_of", "refuse_large", "size_in_words", "span"]


def kept_of(layers: Iterable[int] | None, sites: list[Site]) -> set[int] | None:
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
            f"{', '.join(map(str, unknown)) or 'an empty list'} was given, and the layers with attention are {span(known)}"
        )
    return kept


def span(numbers: Iterable[int]) -> str:
    """'0–3, 5'"""
    parts: list[list[int]] = []
    for n in sorted(set(numbers)):
        if parts and parts[-1][-1] == n - 1:
            parts[-1] = [parts[-1][0], n]
        else:
            parts.append([n])
    return ", ".join(f"{p[0]}–{p[-1]}" if p[0] != p[-1] else str(p[0]) for p in parts)


def refuse_large(
    model: Any, forward: Forward, sites: list[Site], kept: set[int] | None, weights: bool, memory: int
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
    # Masks are kept as runs, and are small. Computing weights takes those of a layer three times more.
    each = texts * heads * pairs * 4
    needed = (count + 3) * each
    if not weights or needed <= memory:
        return
    size = (
        f"{count} layer{'s' * (count != 1)} × {texts} text{'s' * (texts != 1)} × {heads} heads × {tokens:,} × "
        f"{keys:,} tokens"
    )
    ways = ["weights=False keeps the masks alone"]
    if (most := memory // each - 3) >= 1:
        ways.append(f"layers=[…] with up to {most} of them fits")
    ways.append(f"up to {int((memory / (count + 3) / texts / heads / 4) ** 0.5):,} tokens fit")
    ways.append("memory=… allows more")
    raise ZebraLabError(
        f"attention weights of {size} take {size_in_words(needed)}, more than {size_in_words(memory)}; {'; '.join(ways)}"
    )


def size_in_words(n: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if n < 1024:
            return f"{n:.0f} {unit}" if n >= 10 or n == int(n) else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:,.0f} TiB" if n >= 10 else f"{n:.1f} TiB"
