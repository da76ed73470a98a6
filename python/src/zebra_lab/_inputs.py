"""What `show`, `lint` and `expect` accept, as files or texts for the engine. torch is never imported."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ._engine import ZebraLabError
from ._records import Capture, Mask

__all__ = ["MAX_BYTES", "Brought", "as_array", "brought", "is_config"]

# What the engine reads of one file.
MAX_BYTES = 270 * 2**20
MAX_CELLS_OF_BLOCK_MASK = 2**26
# Inputs of a model that say nothing about who reads whom.
NOT_MASKS = {"input_ids", "labels", "token_type_ids", "inputs_embeds", "pixel_values", "logits", "loss"}
SUFFIXES = {".npy", ".npz", ".safetensors", ".png", ".json", ".txt", ".csv", ".zip"}
OF_TORCH = {".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle"}
WORKS = (
    "give an array [queries, keys], a stack [layers, queries, keys], a dict of arrays, a path, a config, a model, "
    "or a mask as written such as 'causal & window(4)'"
)


NONE = (
    "no mask was given, so is_causal alone decides which keys a query reads; "
    "write that as 'causal', or, without is_causal, as 'causal | ahead(1)', which reads every key"
)


@dataclass(frozen=True)
class Brought:
    """Files, or a text (a plan, or masks as written), or a capture."""

    files: tuple[tuple[str, Any], ...] = ()
    text: str | None = None
    capture: Capture | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """For the engine's question `findings`; its files are `blobs`."""
        names: dict[str, Any] = {"names": [name for name, _ in self.files]}
        return names if self.text is None else {**names, "text": self.text}

    @property
    def blobs(self) -> tuple[Any, ...]:
        return tuple(data for _, data in self.files)


def brought(x: Any) -> Brought:
    """Reads an object. Raises ZebraLabError, one sentence, for anything that is not a mask, a config or a capture."""
    if isinstance(x, Brought):
        return x
    if x is None:
        raise ZebraLabError(f"the mask is None: {NONE}")
    if isinstance(x, Capture):
        return Brought(capture=x)
    if isinstance(x, Mask):
        return _array(x.to_array())
    if isinstance(x, str):
        return _of_text(x)
    if isinstance(x, os.PathLike):
        return _of_path(Path(os.fspath(x)))
    if isinstance(x, (bytes, bytearray, memoryview)):
        raise ZebraLabError(f"bytes were given, without saying what they are; {WORKS}")
    if isinstance(x, Mapping):
        return _of_mapping(x)
    config = _config_of(x)
    if config is not None:
        return _config(config)
    if _is_block_mask(x):
        return _array(_dense(x))
    if _is_tensor(x) or isinstance(x, np.ndarray) or hasattr(x, "__array__") or hasattr(x, "toarray"):
        return _array(as_array(x))
    if isinstance(x, Sequence) or isinstance(x, (set, frozenset)):
        return _of_sequence(x)
    if callable(x):
        raise ZebraLabError(
            f"a function was given ({getattr(x, '__name__', type(x).__name__)}); "
            "give the mask that it makes, such as create_mask(mask_mod, None, None, 64, 64)"
        )
    raise ZebraLabError(f"a {_called(x)} was given; {WORKS}")


# ------------------------------------------------------------------------------------------------ texts and paths


def _of_text(text: str) -> Brought:
    if text.strip() == "":
        raise ZebraLabError(f"the text is empty; {WORKS}")
    one_line = "\n" not in text and len(text) < 1024
    if one_line:
        _check_signs(text)
        path = _home(Path(text))
        if path.suffix.lower() in SUFFIXES | OF_TORCH or _exists(path):
            return _of_path(path)
        return Brought(text=text)
    # Rows as they are printed, or JSON.
    return Brought(files=(("pasted text", text.encode()),))


def _check_signs(text: str) -> None:
    """Python negates with ~, which switches a term off in masks as written."""
    if re.search(r"~\s*(\(|[a-z]+\s*(\(|[&|)]|$))", text):
        raise ZebraLabError(
            f"'{text}' has ~, which switches a term off in masks as written and does not negate it; "
            f"for not, write !, as in 'causal & !padding(5, 0)', or leave the term out"
        )


def _home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # no such user
        return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _of_path(path: Path) -> Brought:
    if path.suffix.lower() in OF_TORCH:
        raise ZebraLabError(
            f"{path} is a pickle, which can run code when it is opened; load it yourself and give the tensor, "
            "or save it with numpy.save or safetensors"
        )
    if path.is_dir():
        inside = path / "config.json"
        if not inside.is_file():
            raise ZebraLabError(f"{path} is a folder without a config.json; give a file")
        path = inside
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ZebraLabError(
                f"{path} has {path.stat().st_size:,} bytes; files up to {MAX_BYTES:,} are read. "
                "Give one layer or head of it, or boolean cells"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ZebraLabError(f"{path} cannot be read: {error.strerror or error}") from error
    if path.suffix.lower() == ".zip" or (data[:2] == b"PK" and path.suffix.lower() != ".npz"):
        return Brought(capture=_opened(path))
    return Brought(files=((path.name, data),))


def _opened(path: Path) -> Capture:
    try:
        from ._file import open as opened
    except ImportError as error:
        raise ZebraLabError(f"{path} is an archive, and this version opens no captures") from error
    return opened(path)


# ---------------------------------------------------------------------------------------------- configs and models


def _config_of(x: Any) -> dict[str, Any] | None:
    """The fields of a transformers config, or of the config of a model; by their methods, not by their classes."""
    if isinstance(x, type):
        raise ZebraLabError(f"the class {x.__name__} was given; give one of its objects")
    for one in (x, getattr(x, "config", None)):
        if one is None or isinstance(one, (str, bytes)):
            continue
        to_dict = getattr(one, "to_dict", None)
        if callable(to_dict) and (hasattr(one, "model_type") or hasattr(one, "num_hidden_layers")):
            fields = to_dict()
            if isinstance(fields, dict):
                return fields
        if one is not x and isinstance(one, Mapping):
            return dict(one)
    return None


def _config(fields: Mapping[str, Any]) -> Brought:
    try:
        text = json.dumps(dict(fields), default=str)
    except (TypeError, ValueError) as error:
        raise ZebraLabError(f"the config cannot be written as JSON: {error}") from error
    return Brought(files=(("config.json", text.encode()),))


def is_config(x: Mapping[Any, Any]) -> bool:
    return any(name in x for name in ("model_type", "num_hidden_layers", "text_config", "n_layers"))


def _of_mapping(x: Mapping[Any, Any]) -> Brought:
    if not x:
        raise ZebraLabError(f"the dict is empty; {WORKS}")
    if is_config(x):
        return _config(x)
    arrays = {}
    for name, value in x.items():
        if str(name) in NOT_MASKS or value is None:
            continue
        if isinstance(value, Mapping):  # transformers: one mask per kind of layer
            raise ZebraLabError(f"'{name}' is a dict within the dict; give its arrays by themselves")
        arrays[str(name)] = _dense(value) if _is_block_mask(value) else _checked(as_array(value), f"'{name}'")
    if not arrays and (nothing := [name for name, value in x.items() if value is None]):
        raise ZebraLabError(f"'{nothing[0]}' of the dict is None: {NONE}")
    if not arrays:
        raise ZebraLabError(
            f"the dict has {', '.join(repr(str(name)) for name in list(x)[:6])}, and none of these is a mask; "
            "name arrays as models do: attention_mask, position_ids, cu_seqlens, segment_ids"
        )
    if len(arrays) == 1:
        # An array by itself keeps its name: what a list of numbers means depends on it.
        [(name, array)] = arrays.items()
        return Brought(files=((f"{name}.npy", _npy(array)),))
    out = io.BytesIO()
    np.savez(out, **{name.replace("/", "."): array for name, array in arrays.items()})
    return Brought(files=(("masks.npz", out.getbuffer()),))


# ---------------------------------------------------------------------------------------------------------- arrays


def _of_sequence(x: Any) -> Brought:
    if isinstance(x, (set, frozenset)):
        raise ZebraLabError(f"a set has no order; {WORKS}")
    if len(x) == 0:
        raise ZebraLabError(f"the list is empty; {WORKS}")
    if any(one is None for one in x):
        raise ZebraLabError(
            "a mask of the list is None: no mask was given in that layer, so is_causal decides; "
            "write a causal mask in its place, numpy.tri(T, dtype=bool)"
        )
    if any(isinstance(one, Capture) for one in x):
        raise ZebraLabError("captures are checked one at a time; give each by itself")
    if all(isinstance(one, (str, os.PathLike)) for one in x):
        files = [_of_path(Path(one)) for one in x]
        if any(one.capture is not None for one in files) and len(files) > 1:
            raise ZebraLabError("captures are checked one at a time; give each by itself")
        names = [os.fspath(one) for one in x]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise ZebraLabError(f"{twice} is given twice")
        return (
            files[0] if len(files) == 1 else Brought(files=tuple(file for one in files for file in one.files))
        )
    if all(_is_tensor(one) or _is_block_mask(one) or isinstance(one, np.ndarray) for one in x):
        layers = [_dense(one) if _is_block_mask(one) else as_array(one) for one in x]
        shapes = list(dict.fromkeys(one.shape for one in layers))
        if len(shapes) > 1:
            raise ZebraLabError(
                f"the masks of the list have the shapes {' and '.join(map(str, shapes[:3]))}; a stack needs one shape. "
                "Give them one by one, or in a dict with a name each"
            )
        # One mask per layer, each perhaps with a text and a head of its own.
        return _array(
            np.stack([one[0, 0] if one.ndim == 4 and one.shape[:2] == (1, 1) else one for one in layers])
        )
    try:
        array = np.array(x)
    except (ValueError, TypeError) as error:
        raise ZebraLabError(
            "the rows of the list have different lengths, or hold something else than numbers; "
            "give rows of one length, such as [[1, 0], [1, 1]]"
        ) from error
    return _array(array)


def as_array(x: Any) -> np.ndarray:
    """A numpy array with the same numbers. bfloat16 and float8 become float32; other devices are copied from."""
    if _is_tensor(x):
        return _of_tensor(x)
    if isinstance(x, np.ma.MaskedArray):
        raise ZebraLabError("a masked array was given; give x.mask, or x.filled(0)")
    if hasattr(x, "toarray"):
        x = x.toarray()
    try:
        array = np.asarray(x)
    except Exception as error:  # an __array__ may raise anything
        raise ZebraLabError(f"the {_called(x)} cannot be made into a numpy array: {error}") from error
    if array.dtype.kind == "V" and array.dtype.fields is None:  # ml_dtypes: bfloat16, float8
        try:
            array = array.astype(np.float32)
        except (TypeError, ValueError) as error:
            raise ZebraLabError(
                f"numbers of type {array.dtype} cannot be read; convert them to float32"
            ) from error
    return array


def _of_tensor(x: Any) -> np.ndarray:
    torch = sys.modules["torch"]
    kind = type(x).__name__
    if x.device.type == "meta" or kind in ("FakeTensor", "FunctionalTensor"):
        raise ZebraLabError(
            f"the tensor of shape {tuple(x.shape)} is on the meta device, so it has a shape and no numbers; "
            "make the mask on the CPU, or load the model with its weights"
        )
    try:
        if hasattr(x, "full_tensor"):  # a DTensor
            raise ZebraLabError(
                "the tensor is sharded over several processes; gather it first with x.full_tensor()"
            )
        one = x.detach()
        if one.layout != torch.strided:
            one = one.to_dense()
        if one.is_quantized:
            one = one.dequantize()
        one = one.cpu()
        if one.is_floating_point() and one.dtype not in (torch.float16, torch.float32, torch.float64):
            one = one.float()
        return one.resolve_conj().resolve_neg().numpy()
    except ZebraLabError:
        raise
    except Exception as error:
        raise ZebraLabError(
            f"the tensor ({kind}, {x.dtype}, shape {tuple(x.shape)}) cannot be made into a numpy array: {error}; "
            "give x.detach().cpu().float()"
        ) from error


def _is_tensor(x: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, getattr(torch, "Tensor", ()))


def _is_block_mask(x: Any) -> bool:
    return type(x).__name__ == "BlockMask" and hasattr(x, "mask_mod")


def _dense(x: Any) -> np.ndarray:
    """The cells of a BlockMask of flex_attention: of each block only its mask_mod knows them."""
    from importlib import import_module

    shape = tuple(int(count) for count in x.shape)
    batch, heads, queries, keys = (1, 1, *shape)[-4:] if len(shape) == 2 else shape
    if batch * heads * queries * keys > MAX_CELLS_OF_BLOCK_MASK:
        raise ZebraLabError(
            f"the BlockMask of shape {shape} has {batch * heads * queries * keys:,} cells; up to "
            f"{MAX_CELLS_OF_BLOCK_MASK:,} are drawn. Make it for a shorter text, with B=None and H=None"
        )
    create_mask = import_module("torch.nn.attention.flex_attention").create_mask
    try:
        cells = create_mask(x.mask_mod, batch, heads, queries, keys, device=str(x.kv_num_blocks.device))
    except Exception as error:
        raise ZebraLabError(
            f"the mask_mod of the BlockMask of shape {shape} cannot be evaluated: {error}; "
            "give create_mask(mask_mod, B, H, Q_LEN, KV_LEN)"
        ) from error
    return as_array(cells)


def _array(array: np.ndarray) -> Brought:
    return Brought(files=(("mask.npy", _npy(_checked(array, "the mask"))),))


def _checked(array: np.ndarray, called: str) -> np.ndarray:
    if array.dtype.kind not in "biuf":
        what = "text or objects" if array.dtype.kind in "OSU" else f"numbers of type {array.dtype}"
        raise ZebraLabError(f"{called} holds {what}; masks are of booleans, integers or floats")
    if array.ndim == 0:
        raise ZebraLabError(f"{called} is one number, {array}; {WORKS}")
    if array.size == 0:
        raise ZebraLabError(f"{called} has the shape {array.shape}, so it holds nothing; {WORKS}")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.nbytes > MAX_BYTES - 4096:
        smaller = " or as booleans" if array.dtype.itemsize > 1 else ""
        raise ZebraLabError(
            f"{called} has {array.nbytes:,} bytes; up to {MAX_BYTES - 4096:,} are read. "
            f"Give one layer or head of it{smaller}"
        )
    little = array.dtype.newbyteorder("<")
    return np.ascontiguousarray(array, dtype=little)


def _npy(array: np.ndarray) -> memoryview:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getbuffer()


def _called(x: Any) -> str:
    return f"{type(x).__module__}.{type(x).__qualname__}".removeprefix("builtins.")
