"""`capture` and `record`: what each layer of a model was seen to read. torch is imported when they are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ._engine import ZebraLabError
from ._records import Capture

if TYPE_CHECKING:
    from ._torch_calls import Recording

__all__ = ["capture", "record"]


def capture(
    model: Any,
    inputs: Any,
    *,
    decode: int = 0,
    weights: bool = True,
    tokenizer: Any = None,
    layers: Iterable[int] | None = None,
    memory: int = 4 << 30,
) -> Capture:
    """Runs a transformers model and returns the mask that each layer used, and its attention weights.

    The model runs twice on the same inputs, without capture and with it. Its outputs must be equal bit for bit;
    otherwise ZebraLabError names the first layer that differs. Mask functions and kernels are the model's own, by
    their own names. Gradients are off. The model, its settings and the random state are left as they were found.

    model: a transformers model, on one device. A compiled model is run without compiling, and a note says so.
    inputs: what the model is called with: a dict or BatchEncoding; or token ids, an integer tensor [tokens] or
        [texts, tokens]; or a text or a list of texts, with a tokenizer.
    decode: number of tokens to generate greedily after the prefill, one step each, with the model's own cache. With a
        padded batch, position_ids count from the first token of each text, as generate does.
    weights: whether to keep attention weights, float32 [texts, heads, queries, keys]. If the kernel returns none, they
        are computed from queries, keys and the mask, and checked against the layer's output.
    tokenizer: turns texts into tokens, and tokens into their texts for the pictures.
    layers: numbers of the layers to keep, counted from 0; by default all.
    memory: bytes that a capture may take. A larger one is refused before anything runs.

    Raises ZebraLabError, a sentence, if something cannot be captured or the outputs differ.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise ZebraLabError("capture needs PyTorch; install torch and transformers") from error
    from ._runs import captured

    return captured(
        model, inputs, decode=decode, weights=weights, tokenizer=tokenizer, layers=layers, memory=memory
    )


def record(
    *, weights: bool = True, attention_mask: Any = None, position_ids: Any = None, memory: int = 4 << 30
) -> Recording:
    """A context manager that sees attention calls of plain PyTorch code.

        with zebra_lab.record() as r:
            model(x)
        r.capture.show()

    It sees calls of torch.nn.functional.scaled_dot_product_attention and of flex_attention, however they were
    imported, and those inside nn.MultiheadAttention. Each call is a layer, numbered in order from 0, with the place it
    was called from. Consecutive calls with as many queries and keys are one step.

    weights: whether to compute attention weights from queries, keys and the mask; they are checked against the output.
    attention_mask, position_ids: of the tokens, [texts, tokens], if the texts are padded or packed: which tokens are
        text (1) and which padding (0), and positions that begin again with each document.
    memory: bytes that masks and weights may take; beyond that, ZebraLabError.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise ZebraLabError("record needs PyTorch; install torch") from error
    from ._torch_calls import Recording

    return Recording(weights=weights, attention_mask=attention_mask, position_ids=position_ids, memory=memory)
