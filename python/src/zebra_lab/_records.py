"""What a model was seen to read: plain records, without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Capture", "Given", "Layer", "Mask", "Step", "Weights"]


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


@dataclass(frozen=True, eq=False, repr=False)
class Mask:
    """Which keys each query may read, as runs of keys.

    `runs` is int32 [n, 3]: query, first key, key after the last; sorted, without empty or touching runs.
    With fewer queries than keys, the queries are the last positions, as a cache is read.
    """

    queries: int
    keys: int
    runs: np.ndarray

    @classmethod
    def of(cls, cells: np.ndarray) -> Mask:
        """The mask of a boolean array [queries, keys]; True where a key may be read."""
        cells = np.asarray(cells, dtype=bool)
        if cells.ndim != 2:
            raise ValueError(f"a mask has two axes, queries and keys; this array has shape {cells.shape}")
        edges = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        query, start = np.nonzero(edges == 1)
        _, end = np.nonzero(edges == -1)
        runs = np.stack([query, start, end], axis=1).astype(np.int32)
        return cls(cells.shape[0], cells.shape[1], runs)

    def to_array(self) -> np.ndarray:
        """bool [queries, keys]; True where a key may be read."""
        steps = np.zeros((self.queries, self.keys + 1), dtype=np.int8)
        np.add.at(steps, (self.runs[:, 0], self.runs[:, 1]), 1)
        np.add.at(steps, (self.runs[:, 0], self.runs[:, 2]), -1)
        return np.cumsum(steps, axis=1, dtype=np.int8)[:, : self.keys].astype(bool)

    def __repr__(self) -> str:
        cells = int((self.runs[:, 2] - self.runs[:, 1]).sum())
        return f"Mask({self.queries} × {self.keys}, {cells:,} cells are read)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return (self.queries, self.keys) == (other.queries, other.keys) and np.array_equal(
            self.runs, other.runs
        )

    def __hash__(self) -> int:
        return hash((self.queries, self.keys, self.runs.tobytes()))


@dataclass(frozen=True)
class Given:
    """What the attention of a layer was called with, before it was combined into a mask."""

    form: str  # 'none', 'bool', 'additive', 'block_mask'
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    is_causal: bool = False
    window: int | None = None  # keys a query reads, itself included, if the call names one
    fill: float | None = None  # what an additive mask adds to a blocked score


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """Attention weights, float32 [texts, heads, queries, keys]; each row sums to 1 (less with sinks or dropout)."""

    values: np.ndarray
    computed: (
        bool  # from q, k and the mask, because the kernel returned none; checked against the layer's output
    )

    def __repr__(self) -> str:
        return f"Weights({' × '.join(map(str, self.values.shape))}, {'computed' if self.computed else 'returned'})"


@dataclass(frozen=True, repr=False)
class Layer:
    """One layer, or one attention call, in one step."""

    layer: int
    # [texts][heads]; one entry where all texts, or all heads, have the same mask.
    masks: tuple[tuple[Mask, ...], ...]
    given: Given
    kind: str | None = None  # as the config names it: 'sliding_attention', 'full_attention', ...
    module: str | None = None  # 'model.layers.0.self_attn'
    called_from: str | None = None  # 'train.py:88 in attend'
    weights: Weights | None = None
    notes: tuple[
        str, ...
    ] = ()  # what a reader must know of this layer: unused slots, weights that are missing, ...

    def __repr__(self) -> str:
        parts = [str(self.layer), self.kind, repr(self.masks[0][0]), self.called_from or self.module]
        return f"Layer({', '.join(part for part in parts if part)})"


@dataclass(frozen=True, repr=False)
class Step:
    """One forward pass: the prefill, or one step of decoding."""

    name: str  # 'prefill', 'decode 1'
    queries: int
    keys: int
    layers: tuple[Layer, ...]
    part: str | None = (
        None  # of a model with several stacks, the stack: 'encoder', 'vision_tower', ...; None: the one that writes text
    )

    def __repr__(self) -> str:
        return f"Step({self.name}, {self.queries} × {self.keys}, {_many(len(self.layers), 'layer')})"


@dataclass(frozen=True, repr=False)
class Capture:
    """What each layer read in each step.

    A mask with fewer keys than its step has the last ones: a cache of a sliding layer keeps no more.
    """

    steps: tuple[Step, ...]
    model: str | None = None  # the class, or the name it was loaded by
    config: dict[str, Any] | None = None  # as in config.json
    tokens: tuple[tuple[str, ...], ...] | None = None  # [texts][keys of the last step]
    padding: tuple[tuple[int, int], ...] | None = (
        None  # [texts]: padding before the text, and after it, in tokens
    )
    documents: tuple[tuple[int, ...], ...] | None = (
        None  # [texts]: where further documents of packed texts begin, as position_ids say
    )
    holes: tuple[tuple[tuple[int, int], ...], ...] | None = (
        None  # [texts]: tokens [from, to) within the text that attention_mask blocks
    )
    spans: tuple[tuple[tuple[int, int], ...], ...] | None = (
        None  # [texts]: tokens [from, to) that the model lets read one another in both directions, such as images
    )
    source_padding: tuple[tuple[int, int], ...] | None = None  # as padding, of what an encoder read
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[
        str, ...
    ] = ()  # what holds for the whole capture: training mode, layers without attention, ...

    def __repr__(self) -> str:
        texts = max((len(layer.masks) for step in self.steps for layer in step.layers), default=1)
        texts = max(texts, len(self.tokens or ()), len(self.padding or ()))
        names = [step.name for step in self.steps]
        steps = names if len(names) < 4 else [names[0], "…", names[-1]]
        layers = max((len(step.layers) for step in self.steps), default=0)
        parts = [
            self.model,
            _many(texts, "text"),
            _many(layers, "layer"),
            f"steps: {', '.join(steps) or 'none'}",
        ]
        return f"Capture({'; '.join(part for part in parts if part)})"

    def lint(self, **more: Any) -> Any:
        """The findings in every step, each layer against what the config gives it, or `expect`; see zebra_lab.lint."""
        from .lint import lint

        return lint(self, **more)

    def expect(self, expected: Any, **more: Any) -> Any:
        """Raises AssertionError with the findings unless each layer reads as expected; see zebra_lab.expect."""
        from .lint import expect

        return expect(self, expected, **more)

    def assert_ok(self) -> Any:
        """Raises AssertionError with the findings unless each layer reads what its config gives it."""
        return self.lint().assert_ok()

    def show(self) -> Any:
        """A widget with every step, layer and head; see zebra_lab.show."""
        from .widget import show

        return show(self)

    def save(self, path: Any) -> Any:
        """Writes a file that the masks page and zebra_lab.open read; see zebra_lab.save."""
        from ._file import save

        return save(self, path)
