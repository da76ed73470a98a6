"""Attention masks in a notebook: see, check and capture what each layer of a model really reads."""

from typing import TYPE_CHECKING, Any

from ._engine import ZebraLabBug, ZebraLabError
from ._file import open, save
from ._records import Capture, Given, Layer, Mask, Step, Weights
from .capture import capture, record
from .lint import Cell, Difference, Finding, Findings, assert_ok, expect, lint

if TYPE_CHECKING:
    from .widget import Workbench, show

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
    "Workbench",
    "ZebraLabBug",
    "ZebraLabError",
    "assert_ok",
    "capture",
    "expect",
    "lint",
    "open",
    "record",
    "save",
    "show",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # ipywidgets takes longer to import than everything else, and the command line never needs it.
    if name in ("Workbench", "show"):
        from . import widget

        return getattr(widget, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__", "__doc__"]
