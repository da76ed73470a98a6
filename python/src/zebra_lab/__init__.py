"""Attention masks in a notebook: see, check and capture what each layer of a model really reads."""

from ._engine import ZebraLabError
from ._records import Capture, Given, Layer, Mask, Step, Weights
from .capture import capture, record

__all__ = ["Capture", "Given", "Layer", "Mask", "Step", "Weights", "ZebraLabError", "capture", "record"]
__version__ = "0.1.0"
