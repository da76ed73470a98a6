"""Attention masks in a notebook: see, check and capture what each layer of a model really reads."""

from ._engine import ZebraLabError
from ._file import open, save  # noqa: A004
from ._records import Capture, Given, Layer, Mask, Step, Weights

__all__ = ["Capture", "Given", "Layer", "Mask", "Step", "Weights", "ZebraLabError", "open", "save"]
__version__ = "0.1.0"
