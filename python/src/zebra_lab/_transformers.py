"""How a transformers model calls attention: through one interface, which is watched for the time of a capture."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import torch

from ._attention import Call
from ._engine import ZebraLabError

__all__ = [
    "Site",
    "call_of",
    "compiled_away",
    "named",
    "refuse",
    "site_of",
    "sites_of",
    "text_config",
    "watching",
    "window_of",
]


@dataclass(frozen=True)
class Site:
    """A module that attends."""

    name: str  # 'model.layers.0.self_attn'
    module: torch.nn.Module
    layer: int
    group: str  # 'model.layers.*.self_attn'
    cross: bool


def text_config(config: Any) -> Any:
    """The config of the text layers, which composite models nest."""
    get = getattr(config, "get_text_config", None)
    return (
        get(decoder=True)
        if get is not None and getattr(config, "is_encoder_decoder", False) is False
        else config
    )


_UNCHECKED = "so compiled kernels are not checked"


def compiled_away(model: Any) -> tuple[Any, str | None]:
    """The model that torch.compile wraps, and a note that it was used."""
    if type(model).__name__ == "OptimizedModule" and hasattr(model, "_orig_mod"):
        return model._orig_mod, f"the model is compiled; its original was run, {_UNCHECKED}"
    if not isinstance(model, torch.nn.Module):
        return model, None
    if any(type(m).__name__ == "OptimizedModule" for m in model.modules()):
        raise ZebraLabError(
            "layers of the model are compiled one by one, and cannot be watched; capture it before torch.compile"
        )
    if any(getattr(m, "_compiled_call_impl", None) is not None for m in model.modules()):
        return model, f"the model is compiled; it was run without compiling, {_UNCHECKED}"
    return model, None


def refuse(model: Any) -> None:
    """Raises ZebraLabError for a model that cannot be run and watched here."""
    if not isinstance(model, torch.nn.Module):
        raise ZebraLabError(
            f"capture takes a transformers model; {type(model).__name__} was given; load it first, for example with "
            "AutoModelForCausalLM.from_pretrained"
        )
    kind = type(model).__name__
    if kind in ("DataParallel", "DistributedDataParallel"):
        raise ZebraLabError(f"the model is wrapped in {kind}; capture model.module")
    if kind == "FullyShardedDataParallel":
        raise ZebraLabError(
            "the model is sharded by FSDP, so no process has it whole; capture a copy on one device"
        )
    if not hasattr(model, "config"):
        raise ZebraLabError(
            f"{kind} has no config, so it is not a transformers model; for plain PyTorch use zebra_lab.record()"
        )
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if type(tensor).__name__ == "DTensor" or type(getattr(tensor, "data", None)).__name__ == "DTensor":
            raise ZebraLabError(
                f"{name} is a DTensor: the model is sharded over processes; capture a copy on one device, loaded "
                "without tp_plan or device_mesh"
            )
    places = {str(place) for place in (getattr(model, "hf_device_map", None) or {}).values()}
    offloaded = places & {"cpu", "disk", "meta"} if len(places) > 1 or "disk" in places else set()
    hooked = any(getattr(getattr(m, "_hf_hook", None), "offload", False) for m in model.modules())
    if offloaded or hooked:
        raise ZebraLabError(
            f"parts of the model are offloaded to {' and '.join(sorted(offloaded)) or 'another place'}; load it whole "
            'on one device, for example with device_map="cpu", or capture a smaller model of the same type'
        )
    meta = next((name for name, tensor in model.named_parameters() if tensor.device.type == "meta"), None)
    if meta is not None:
        raise ZebraLabError(
            f"{meta} is on the meta device and has no numbers; load the model's weights, or make a small one at random "
            "from its config"
        )


_NUMBER = re.compile(r"(?<=\.)(\d+)(?=\.|$)|^(\d+)(?=\.)")
_STATE = re.compile(r"Linear|Delta|Mamba|Mixer|Conv|Recurrent|RGLRU|Lightning|Rwkv", re.IGNORECASE)


def sites_of(model: torch.nn.Module) -> list[Site]:
    """The modules that attend, by the names of their classes; of nested ones the innermost."""
    found = [(name, m) for name, m in model.named_modules() if _attends(m)]
    names = [name for name, _ in found]
    inner = [(name, m) for name, m in found if not any(other.startswith(f"{name}.") for other in names)]
    return [site_of(name, m, at) for at, (name, m) in enumerate(inner)]


def _attends(module: torch.nn.Module) -> bool:
    kind = type(module).__name__
    if not re.search(r"Attention(V\d+|2)?$|Attn$", kind) or _STATE.search(kind):
        return False
    # A part of an attention, such as a projection or an output, has no projections of its own.
    return any(isinstance(child, torch.nn.Module) for child in module.children())


def site_of(name: str, module: torch.nn.Module, at: int) -> Site:
    numbers = list(_NUMBER.finditer(name))
    layer = getattr(module, "layer_idx", None)
    if not isinstance(layer, int):
        layer = int(numbers[0].group()) if numbers else at
    group = _NUMBER.sub("*", name)
    cross = bool(re.search(r"cross|encoder_attn|EncDec", f"{name} {type(module).__name__}", re.IGNORECASE))
    return Site(name, module, layer, group, cross)


def text_prefix(model: torch.nn.Module) -> str:
    """The name of the module whose layers write text, as 'model.language_model.'; empty if the model does not say."""
    try:
        decoder = model.get_decoder()
    except Exception:  # an encoder, or a model without the method
        return ""
    name = next((name for name, m in model.named_modules() if m is decoder), "")
    return f"{name}." if name else ""


Seen = Callable[[torch.nn.Module, str, tuple[Any, ...], dict[str, Any], Any], None]


@contextmanager
def watching(model: torch.nn.Module, seen: Seen) -> Iterator[None]:
    """Calls `seen(module, kernel's name, arguments, keywords, result)` after each attention call of the model.

    The function is looked up exactly as before, by the same name; only what the lookup returns is wrapped. So mask
    functions and kernels are those of a run without capture. Everything is restored at the end.
    """
    try:
        from transformers.modeling_utils import AttentionInterface
    except ImportError as error:
        raise ZebraLabError(
            "capture needs transformers 4.48 or later, whose models share one attention interface; for other models "
            "use zebra_lab.record()"
        ) from error
    own = {id(m) for m in model.modules()}
    inside: list[int] = []

    def wrapped(kernel: Callable[..., Any], name: str) -> Callable[..., Any]:
        if getattr(kernel, "_zebra_lab_watched", False):
            return kernel

        @wraps(kernel)
        def watched(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
            # A kernel that calls another one, or another model, is not a second call of this layer.
            if id(module) not in own or id(module) in inside:
                return kernel(module, *args, **kwargs)
            inside.append(id(module))
            try:
                result = kernel(module, *args, **kwargs)
            finally:
                inside.pop()
            seen(module, name, args, kwargs, result)
            return result

        watched._zebra_lab_watched = True  # type: ignore[attr-defined]
        return watched

    with ExitStack() as restored:

        def put(owner: Any, name: str, value: Any) -> None:
            before = vars(owner).get(name)
            setattr(owner, name, value)
            restored.callback(setattr, owner, name, before) if before is not None else restored.callback(
                delattr, owner, name
            )

        look = getattr(AttentionInterface, "get_interface", None)
        if look is not None:

            def get_interface(
                self: Any, implementation: Any, default: Callable[..., Any]
            ) -> Callable[..., Any]:
                return wrapped(look(self, implementation, default), str(implementation))

            put(AttentionInterface, "get_interface", get_interface)
        item = AttentionInterface.__getitem__

        def getitem(self: Any, key: str) -> Callable[..., Any]:
            return wrapped(item(self, key), str(key))

        put(AttentionInterface, "__getitem__", getitem)
        # Older versions call the eager function of the model's file directly.
        for name in {type(m).__module__ for m in model.modules()}:
            file = sys.modules.get(name)
            if file is not None and callable(vars(file).get("eager_attention_forward")):
                put(file, "eager_attention_forward", wrapped(vars(file)["eager_attention_forward"], "eager"))
        yield


FLASH = re.compile(r"flash|(^|[/_])fa\d", re.IGNORECASE)


def call_of(module: torch.nn.Module, kernel: str, given: dict[str, Any]) -> tuple[Call, bool]:
    """The call of a layer's kernel in terms of what it reads, and whether the kernel's rules are known here."""
    if kernel.startswith("paged|"):
        raise ZebraLabError(
            f"the attention implementation {kernel!r} pages its cache; set one without 'paged|'"
        )
    asked = given.get("is_causal")
    causal = bool(getattr(module, "is_causal", True) if asked is None else asked)
    mask, sinks = given.get("attention_mask"), given.get("s_aux")
    if isinstance(mask, torch.Tensor) and mask.ndim == 2:
        mask = mask.bool()[:, None, None, :]  # padding, [texts, keys], which flash kernels cut out
    call = Call(
        given["query"],
        given["key"],
        given["value"],
        mask=mask,
        scale=given.get("scaling"),
        softcap=given.get("softcap"),
        bias=given.get("position_bias"),
        sinks=sinks,
    )
    if (
        kernel == "sdpa"
    ):  # its file in transformers: a mask excludes is_causal, and a single query reads every key
        alone = call.shape[2] > 1 and mask is None and causal
        return replace(call, causal="top_left" if alone else None, sinks=None), True
    if kernel == "flex_attention":
        return replace(call, adds=True), True
    if kernel in ("eager", "None"):
        own = sinks if sinks is not None else getattr(module, "sinks", None)
        return replace(call, adds=True, sinks=own if isinstance(own, torch.Tensor) else None), True
    if FLASH.search(kernel):
        return replace(call, causal="bottom_right" if causal else None, window=window_of(given)), True
    return call, False


_ARGUMENTS = ("query", "key", "value", "attention_mask")


def named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an attention function after its module, by name."""
    return {**dict(zip(_ARGUMENTS, args, strict=False)), **kwargs}


def window_of(given: dict[str, Any]) -> int | None:
    window = given.get("sliding_window")
    return window if isinstance(window, int) and not isinstance(window, bool) else None
