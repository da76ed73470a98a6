"""Captures as files: a ZIP that the site's masks page opens as a stack (docs/capture-file.md)."""

from __future__ import annotations

import builtins
import io
import json
import os
import platform
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ._engine import ZebraLabError
from ._records import Capture, Given, Layer, Mask, Step, Weights

__all__ = ["MAX_BYTES", "from_bytes", "open", "save", "to_bytes"]

FORMAT = "zebra-lab-capture"
MANIFEST = "zebra-lab.json"
# What the masks page reads: bytes of all members, tokens, layers.
MAX_BYTES = 16_384 * 16_384
MAX_TOKENS = 16_384
MAX_LAYERS = 128


def save(capture: Capture, path: str | os.PathLike[str]) -> Path:
    """Writes the capture as a ZIP and returns its path. Raises ZebraLabError if the masks page could not open it."""
    path = Path(path)
    data = to_bytes(capture)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ZebraLabError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def open(path: str | os.PathLike[str]) -> Capture:
    """The capture in a file that `save` wrote. Weights have 8 bits of each row's largest. Raises ZebraLabError."""
    try:
        with builtins.open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ZebraLabError(f"{path} cannot be read: {error.strerror or error}") from error
    return from_bytes(data, str(path))


def to_bytes(capture: Capture) -> bytes:
    """The capture as a ZIP. Raises ZebraLabError, before anything is written, if the masks page could not open it."""
    _check_size(capture)
    masks: dict[Mask, int] = {}
    members: list[tuple[str, bytes]] = []
    steps = []
    for step in capture.steps:
        layers = []
        for layer in step.layers:
            entry: dict[str, Any] = {
                "layer": layer.layer,
                "masks": [[masks.setdefault(mask, len(masks)) for mask in heads] for heads in layer.masks],
                "given": _without_none(
                    form=layer.given.form,
                    dtype=layer.given.dtype,
                    shape=None if layer.given.shape is None else list(layer.given.shape),
                    isCausal=layer.given.is_causal,
                    window=layer.given.window,
                    **_fill(layer.given.fill),
                ),
                **_without_none(kind=layer.kind, module=layer.module, calledFrom=layer.called_from),
                **({"notes": list(layer.notes)} if layer.notes else {}),
            }
            if layer.weights is not None:
                name = f"weights/{len(members) // 2}"
                values, scale, error = quantised(layer.weights.values)
                members += [(f"{name}.npy", _npy(values)), (f"{name}.scale.npy", _npy(scale))]
                entry["weights"] = {
                    "file": f"{name}.npy",
                    "scale": f"{name}.scale.npy",
                    "computed": layer.weights.computed,
                    "largestError": error,
                }
            layers.append(entry)
        steps.append(
            {
                "name": step.name,
                **_without_none(part=step.part),
                "queries": step.queries,
                "keys": step.keys,
                "layers": layers,
            }
        )
    described = []
    for mask, i in masks.items():
        described.append({"queries": mask.queries, "keys": mask.keys, "file": f"masks/{i}.npy"})
        members.append((f"masks/{i}.npy", _npy(mask.runs.astype("<i4"))))
    if capture.config is not None:
        members.append(("config.json", json.dumps(capture.config, default=str).encode()))
    manifest = {
        "format": FORMAT,
        "version": 1,
        **_without_none(model=capture.model),
        "made": _made(capture),
        **({} if capture.config is None else {"config": "config.json"}),
        "texts": _texts(capture),
        **({} if capture.tokens is None else {"tokens": [list(one) for one in capture.tokens]}),
        **({} if capture.padding is None else {"padding": [list(one) for one in capture.padding]}),
        **_without_none(
            documents=_lists(capture.documents),
            holes=_lists(capture.holes),
            spans=_lists(capture.spans),
            sourcePadding=_lists(capture.source_padding),
        ),
        **({"notes": list(capture.notes)} if capture.notes else {}),
        "masks": described,
        "steps": steps,
    }
    members.insert(0, (MANIFEST, json.dumps(manifest, ensure_ascii=False).encode()))
    total = sum(len(data) for _, data in members)
    if total > MAX_BYTES:
        raise ZebraLabError(
            f"the capture needs {total:,} bytes before it is packed; the masks page opens up to {MAX_BYTES:,}. "
            "Leave out the weights (weights=False), or capture fewer layers (layers=[...]) or a shorter text"
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            # A fixed date, so that the same capture gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def from_bytes(data: bytes, name: str = "the file") -> Capture:
    """The capture in these bytes. Raises ZebraLabError for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise ZebraLabError(f"{name} unpacks to more than {MAX_BYTES:,} bytes")
            manifest = json.loads(archive.read(MANIFEST))
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                raise ZebraLabError(f"{name} is not a capture; save one with capture.save('capture.zip')")
            if manifest.get("version") != 1:
                raise ZebraLabError(
                    f"{name} is of version {manifest.get('version')}; this package reads version 1. Install a newer one"
                )
            return _read(manifest, lambda member: _load(archive.read(member)), archive)
    except ZebraLabError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ZebraLabError(
            f"{name} is not a capture, or is damaged ({type(error).__name__}: {error}); "
            "save one with capture.save('capture.zip')"
        ) from error


def quantised(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """uint8 [..., keys] steps of 1/255 of each row's largest weight, that weight as float32 [...], the largest error."""
    values = np.nan_to_num(np.asarray(values, dtype=np.float32))
    scale = values.max(axis=-1)
    safe = np.where(scale > 0, scale, 1)[..., None]
    steps = np.rint(values / safe * 255).astype(np.uint8)
    error = np.abs(steps.astype(np.float32) / 255 * scale[..., None] - values).max(initial=0)
    return steps, scale.astype("<f4"), float(error)


def _read(manifest: dict[str, Any], load: Any, archive: zipfile.ZipFile) -> Capture:
    masks = []
    for one in manifest["masks"]:
        runs = load(one["file"]).astype(np.int32).reshape(-1, 3)
        queries, keys = int(one["queries"]), int(one["keys"])
        if runs.size and not (
            (runs[:, 0] >= 0).all()
            and (runs[:, 0] < queries).all()
            and (runs[:, 1] >= 0).all()
            and (runs[:, 1] < runs[:, 2]).all()
            and (runs[:, 2] <= keys).all()
        ):
            raise ZebraLabError(f"runs of {one['file']} lie outside {queries} × {keys} cells")
        masks.append(Mask(queries, keys, runs))
    steps = []
    for step in manifest["steps"]:
        layers = []
        for one in step["layers"]:
            given = one["given"]
            weights = None
            if "weights" in one:
                values = load(one["weights"]["file"]).astype(np.float32) / 255
                values *= load(one["weights"]["scale"])[..., None]
                weights = Weights(values, bool(one["weights"]["computed"]))
            layers.append(
                Layer(
                    layer=int(one["layer"]),
                    masks=tuple(tuple(masks[i] for i in heads) for heads in one["masks"]),
                    given=Given(
                        form=given["form"],
                        dtype=given.get("dtype"),
                        shape=tuple(given["shape"]) if "shape" in given else None,
                        is_causal=given.get("isCausal", False),
                        window=given.get("window"),
                        fill=_fill_in(given),
                    ),
                    kind=one.get("kind"),
                    module=one.get("module"),
                    called_from=one.get("calledFrom"),
                    weights=weights,
                    notes=tuple(one.get("notes", ())),
                )
            )
        steps.append(
            Step(step["name"], int(step["queries"]), int(step["keys"]), tuple(layers), step.get("part"))
        )
    return Capture(
        steps=tuple(steps),
        model=manifest.get("model"),
        config=json.loads(archive.read(manifest["config"])) if "config" in manifest else None,
        tokens=tuple(tuple(one) for one in manifest["tokens"]) if "tokens" in manifest else None,
        padding=tuple((one[0], one[1]) for one in manifest["padding"]) if "padding" in manifest else None,
        documents=_tuples(manifest.get("documents")),
        holes=_tuples(manifest.get("holes")),
        spans=_tuples(manifest.get("spans")),
        source_padding=_tuples(manifest.get("sourcePadding")),
        versions=dict(manifest.get("made", {})),
        notes=tuple(manifest.get("notes", ())),
    )


def _check_size(capture: Capture) -> None:
    if not capture.steps:
        raise ZebraLabError(
            "the capture has no steps: no attention call was seen; call the model inside `with record():`, or capture it"
        )
    for step in capture.steps:
        if step.keys > MAX_TOKENS:
            raise ZebraLabError(
                f"{step.name} has {step.keys:,} keys; the masks page opens up to {MAX_TOKENS:,}. Capture a shorter text"
            )
        if not 1 <= len(step.layers) <= MAX_LAYERS:
            raise ZebraLabError(
                f"{step.name} has {len(step.layers)} layers; captures of 1 to {MAX_LAYERS} are saved. "
                + (
                    "Choose some with layers=[...]"
                    if capture.model
                    else "Record fewer calls at a time, such as one pass"
                )
            )
    weights = sum(
        layer.weights.values.size for step in capture.steps for layer in step.layers if layer.weights
    )
    if weights > MAX_BYTES:
        raise ZebraLabError(
            f"the weights need {weights:,} bytes; the masks page opens up to {MAX_BYTES:,}. "
            "Leave them out (weights=False), or capture fewer layers (layers=[...]) or a shorter text"
        )


def _texts(capture: Capture) -> int:
    most = max(len(layer.masks) for step in capture.steps for layer in step.layers)
    return max(most, len(capture.tokens or ()), len(capture.padding or ()), 1)


def _made(capture: Capture) -> dict[str, str]:
    from . import __version__

    return {"zebra-lab": __version__, "python": platform.python_version(), **capture.versions}


def _lists(value: Any) -> Any:
    return [_lists(one) for one in value] if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _fill(value: float | None) -> dict[str, Any]:
    """JSON has no infinity: the lowest float32 stands for it, with a field that says so."""
    if value is None or np.isnan(value):
        return {}
    if np.isfinite(value):
        return {"fill": float(value)}
    return {"fill": float(np.copysign(np.finfo(np.float32).max, value)), "infinite": True}


def _fill_in(given: dict[str, Any]) -> float | None:
    fill = given.get("fill")
    return float(np.copysign(np.inf, fill)) if fill is not None and given.get("infinite") else fill


def _without_none(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def _load(data: bytes) -> np.ndarray:
    return np.load(io.BytesIO(data), allow_pickle=False)
