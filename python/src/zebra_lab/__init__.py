"""Attention masks in a notebook: see, check and capture what each layer of a model really reads."""

from ._engine import ZebraLabBug, ZebraLabError
from ._file import open, save
from ._records import Capture, Given, Layer, Mask, Step, Weights
from .capture import capture, record
from .lint import Cell, Difference, Finding, Findings, assert_ok, expect, lint

__all__ = [
    "Capture",
    "Cell",
    "Difference",
    "Finding",
    "Findings",
    "Given",
    "Layer",
    "Mask",
    "Step",
    "Weights",
    "ZebraLabBug",
    "ZebraLabError",
    "assert_ok",
    "capture",
    "expect",
    "lint",
    "open",
    "record",
    "save",
]
__version__ = "0.1.0"
