"""`show`: the mask workbench of Zebra Lab in a notebook, with the same views as on the site."""

from __future__ import annotations

import base64
import html
import secrets
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import anywidget
import numpy as np
import traitlets

from ._engine import ZebraLabError, ask
from ._inputs import Brought
from ._records import Capture
from .lint import Findings, asked, compared_with, findings_of, with_masks, without_weights

__all__ = ["Workbench", "show"]

VIEW = "application/vnd.jupyter.widget-view+json"


def show(x: Any, other: Any = None, *, height: int | None = None, **said: Any) -> Workbench:
    """The workbench of a mask, or of a stack of layers; with `other`, compared with what it should be.

    x, other: whatever `lint` accepts as `x` and `expect`. Of a capture, each step, text and head whose masks differ is
        a part, and the weights of the layer shown are beside its mask.
    height: of the list of findings and numbers beside the mask, in pixels; it scrolls.
    said: what `lint` accepts besides: window, chunk, config, layer, length, block, cache, is_causal, allowed, axes,
        causal, keys, queries.

    Of the widget, `cell` (a dict of query and key, or None), `layer` (from 0), `part` (from 0, if there are several
    masks), `head` (from 0, of the weights) and `other` (masks as written, empty for none) can be read, set and
    observed; `findings` are those that it shows. Raises ZebraLabError, a sentence, for what cannot be shown.
    """
    own, beside, facts = asked(x, expect=other, **said)
    if own.capture is not None:
        return _show_capture(own.capture, beside, facts, height)
    blobs = (*own.blobs, *(() if beside is None else beside.blobs))
    answer, _ = ask("show", {**facts, "of": own.facts}, *blobs)
    return Workbench(state=answer["state"], other=answer["meant"][0], height=height or 0)


def _show_capture(
    capture: Capture, beside: Brought | None, facts: dict[str, Any], height: int | None
) -> Workbench:
    from ._file import to_bytes

    capture, meant = compared_with(capture, beside, facts)
    capture, _ = with_masks(capture)
    # The picture needs no weights: Python keeps them, and sends those of the layer and head on the screen.
    answer, _ = ask("showCapture", meant, to_bytes(without_weights(capture)))
    # It opens at the first fault, which may be in a later step.
    first = answer.get("first", {"part": 0, "layer": 0})
    return Workbench(
        state=answer["state"],
        part=first["part"],
        layer=first["layer"],
        other=answer["meant"][first["part"]],
        height=height or 0,
        capture=capture,
        parts=answer["parts"],
    )


class _Esm:
    """The module of src/notebook/widget.ts, read when the first widget is made."""

    @lru_cache(maxsize=1)  # noqa: B019
    def __str__(self) -> str:
        try:
            return files("zebra_lab").joinpath("static/widget.js").read_text("utf-8")
        except FileNotFoundError as error:
            raise ZebraLabError(
                "this copy of zebra-lab has no widget; build it with `npm run python:build`"
            ) from error


class Workbench(anywidget.AnyWidget):
    """A mask, its layers, its findings and its numbers. Made by `show`."""

    _esm = _Esm()

    state = traitlets.Unicode().tag(sync=True)
    part = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(0).tag(sync=True)
    cell = traitlets.Any(None).tag(sync=True)
    other = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    mark = traitlets.Unicode().tag(sync=True)
    head = traitlets.Int(0).tag(sync=True)
    weights = traitlets.Bytes(b"").tag(sync=True)
    weighed = traitlets.Dict().tag(sync=True)

    def __init__(
        self, *, capture: Capture | None = None, parts: list[dict[str, int]] | None = None, **given: Any
    ) -> None:
        super().__init__(mark=secrets.token_hex(8), **given)
        self._known: dict[str, dict[str, Any]] = {}
        self._capture = capture
        self._parts = parts or []
        if capture is not None:
            self.observe(self._to_part, "part")
            self.observe(self._weigh, ["part", "layer", "head", "cell"])
            self._to_part()
            self._weigh()

    def _to_part(self, _change: Any = None) -> None:
        if self.part < len(self._parts):
            self.head = self._parts[self.part]["head"]

    def _weigh(self, _change: Any = None) -> None:
        """Sends the weights of the layer and head that are shown."""
        if self._capture is None or self.part >= len(self._parts):
            return
        at = self._parts[self.part]
        step = self._capture.steps[at["step"]]
        weights = step.layers[self.layer].weights if self.layer < len(step.layers) else None
        if weights is None:
            self.weights, self.weighed = b"", {}
            return
        values = weights.values[min(at["text"], len(weights.values) - 1)]
        head = min(self.head, len(values) - 1)
        cells = np.zeros((step.queries, step.keys), np.float32)
        cells[:, step.keys - values.shape[-1] :] = values[head]  # a cache may have dropped the keys before
        picture, size = _tile(cells)
        facts = {
            **size,
            "part": self.part,
            "layer": self.layer,
            "head": head,
            "heads": len(values),
            "computed": bool(weights.computed),
        }
        cell = self.cell
        if cell is not None and cell["query"] < step.queries and cell["key"] < step.keys:
            facts |= {"cell": dict(cell), "weight": float(cells[cell["query"], cell["key"]])}
        with self.hold_sync():
            self.weights = picture
            self.weighed = facts

    @property
    def findings(self) -> Findings:
        """What the widget shows under Findings, of the mask, layer and comparison that it shows now."""
        return findings_of({"pieces": [self._shown()["checked"]], "unread": []})

    def _shown(self) -> dict[str, Any]:
        facts = self._facts
        key = repr(facts)
        if key not in self._known:
            self._known = {key: ask("shown", facts)[0]}
        return self._known[key]

    @property
    def _facts(self) -> dict[str, Any]:
        return {"state": self.state, "part": self.part, "layer": self.layer, "other": self.other}

    @traitlets.validate("layer", "part", "head", "cell")
    def _check(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name != "cell" and value < 0:
            raise ZebraLabError(f"{name} is {value}; it is counted from 0")
        if name == "cell" and value is not None and not _is_cell(value):
            raise ZebraLabError(f"cell is {value!r}; it should be None or {{'query': 3, 'key': 1}}")
        return value

    # --------------------------------------------------------------------------------------- without the widget

    def __repr__(self) -> str:
        return _words(self._shown()["checked"], self.findings) if self.state else "Workbench()"

    def _ipython_display_(self, **_: Any) -> None:
        """Shows the widget, and below it a picture with the findings in words, for where the notebook is read without a
        kernel. The widget hides the picture while it is there."""
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        if getattr(shell, "kernel", None) is None:  # a terminal
            print(repr(self))
            return
        bundle, _metadata = super()._repr_mimebundle_() or ({}, {})
        display({VIEW: bundle[VIEW], "text/plain": "Zebra Lab: the mask workbench"}, raw=True)
        display(self._still(), raw=True)

    def _still(self) -> dict[str, str]:
        answer, [pixels] = ask("shown", {**self._facts, "picture": True})
        picture, checked = answer["picture"], answer["checked"]
        png = _png(picture["width"], picture["height"], picture["palette"], pixels)
        encoded = base64.b64encode(png).decode()
        return {
            "text/html": _html(checked, answer.get("wrong"), self.findings, encoded, self.mark),
            "image/png": encoded,
            "text/plain": "\n".join([*answer["drawing"], "", _words(checked, self.findings)]),
        }


# Pixels of a picture of weights, across and down, at most.
PIXELS = 256


def _tile(cells: np.ndarray) -> tuple[bytes, dict[str, int]]:
    """The largest weight under each pixel, 255 for 1, as the site draws weights: square roots, so that small ones show."""
    queries, keys = cells.shape
    side = max(queries, keys)
    size, high = min(side, PIXELS), min(side, PIXELS, queries)
    rows = np.arange(queries) * high // queries
    columns = np.arange(keys) * size // side
    down = np.maximum.reduceat(cells, np.searchsorted(rows, np.arange(high)), axis=0)
    used = int(columns[-1]) + 1
    pixels = np.zeros((high, size), np.float32)
    pixels[:, :used] = np.maximum.reduceat(down, np.searchsorted(columns, np.arange(used)), axis=1)
    shades = np.rint(255 * np.sqrt(np.clip(np.nan_to_num(pixels), 0, 1))).astype(np.uint8)
    return shades.tobytes(), {"side": side, "size": size, "high": high, "queries": queries}


def _is_cell(value: Any) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"query", "key"}:
        return False
    return all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in value.values())


# ------------------------------------------------------------------------------------------------------- in words


def _says(checked: Mapping[str, Any]) -> str:
    layers = f", {checked['layers']} layers" if checked["layers"] > 1 else ""
    part = f"{checked['of']}: " if checked["of"] else ""
    return f"{part}{checked['says']} ({checked['queries']:,} queries, {checked['keys']:,} keys{layers})"


def _words(checked: Mapping[str, Any], findings: Findings) -> str:
    return f"{_says(checked)}\n\n{findings}"


def _html(
    checked: Mapping[str, Any], wrong: Mapping[str, int] | None, findings: Findings, png: str, mark: str
) -> str:
    """The picture and the findings, without scripts."""
    says = html.escape(_says(checked))
    caption = "Queries down, keys across. Dark cells may be read."
    if wrong:
        caption += f" The frame marks query {wrong['query']}, key {wrong['key']}."
    return (
        f'<div class="zebra-lab-still zebra-lab-still-{mark}"><p>{says}</p>'
        f'<p><img alt="{html.escape(_says(checked), quote=True)}" src="data:image/png;base64,{png}"></p>'
        f"<p><small>{caption}</small></p>{findings._repr_html_()}"
        "<p><small>This is a picture. Run the cell for the workbench.</small></p></div>"
    )


def _png(width: int, height: int, palette: list[str], pixels: bytes) -> bytes:
    """Pixels [height, width], places in the palette of #rrggbb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", bytes.fromhex("".join(colour[1:] for colour in palette)))
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
