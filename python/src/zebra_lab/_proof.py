"""Why outputs with capture differ from those without, and a model left as it was found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

from ._forward import Forward, bits
from ._transformers import Site, watching

__all__ = ["apart", "as_found", "random_state", "restore"]


def apart(
    model: Any, forward: Forward, sites: list[Site], state: Any, plain: list[str], seen: list[str]
) -> str:
    """Why the outputs differ."""
    restore(state)
    if forward.run().digests != plain:
        return (
            "the model gives other outputs each time, even without capture, so a capture cannot be proven; call "
            "model.eval(), or torch.use_deterministic_algorithms(True)"
        )
    at = next(i for i, (a, b) in enumerate(zip(plain, seen, strict=True)) if a != b)
    name = "the prefill" if at == 0 else f"decode step {at}"
    outputs = []
    for watched in (False, True):
        found: list[tuple[Site, str]] = []
        with ExitStack() as stack:
            for site in sites:
                stack.callback(site.module.register_forward_hook(_noting(site, found)).remove)
            if watched:
                stack.enter_context(watching(model, lambda *_: None))
            restore(state)
            forward.run()
        outputs.append(found)
    first = next((a[0] for a, b in zip(*outputs, strict=False) if a[1] != b[1]), None)
    which = (
        "no attention layer's output does"
        if first is None
        else f"layer {first.layer} (counted from 0, {first.name}) is the first"
    )
    return (
        f"with capture the outputs of {name} differ from those without, and {which}: its attention function behaves "
        "differently when it is watched; please report it, with the model's type and attention implementation"
    )


def _noting(site: Site, found: list[tuple[Site, str]]) -> Any:
    def noted(module: Any, args: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        found.append((site, bits(first)))

    return noted


@contextmanager
def as_found(model: Any) -> Iterator[None]:
    state = random_state()
    compiled = [
        (m, impl) for m in model.modules() if (impl := getattr(m, "_compiled_call_impl", None)) is not None
    ]
    for module, _ in compiled:
        module._compiled_call_impl = None
    # Running statistics change in training mode.
    buffers = {n: b.clone() for n, b in model.named_buffers()} if model.training else {}
    try:
        yield
    finally:
        restore(state)
        for module, impl in compiled:
            module._compiled_call_impl = impl
        for name, tensor in model.named_buffers():
            if name in buffers:
                tensor.copy_(buffers[name])


def random_state() -> Any:
    cuda = (
        torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None
    )
    return torch.get_rng_state(), cuda, random.getstate(), np.random.get_state()


def restore(state: Any) -> None:
    torch.set_rng_state(state[0])
    if state[1] is not None:
        torch.cuda.set_rng_state_all(state[1])
    random.setstate(state[2])
    np.random.set_state(state[3])
