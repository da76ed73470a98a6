"""The site's own code, in V8: lints, readers of files and configs, and their sentences.

`ask` is the only way in. Facts and answers are plain data; files are bytes.
"""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

__all__ = ["ZebraLabError", "ask"]


class ZebraLabError(ValueError):
    """What was given cannot be read, or what was requested cannot be done. The message says what would work."""


class _Engine:
    def __init__(self) -> None:
        from py_mini_racer import MiniRacer

        self._lock = threading.Lock()  # one question at a time: files belong to the next question
        self._v8 = MiniRacer()
        self._v8.eval(files("zebra_lab").joinpath("static/engine.js").read_text("utf-8"))

    def ask(self, name: str, facts: dict[str, Any], blobs: tuple[Any, ...]) -> tuple[Any, list[bytes]]:
        with self._lock:
            for blob in blobs:
                view = memoryview(blob).cast("B")
                if view.nbytes == 0:
                    self._v8.eval("zebraLab.room(0)")
                    continue
                room = self._v8.eval(f"zebraLab.room({view.nbytes})")
                np.frombuffer(room, dtype=np.uint8)[:] = np.frombuffer(view, dtype=np.uint8)
            promise = self._v8.eval(f"zebraLab.ask({json.dumps(name)}, {json.dumps(json.dumps(facts))})")
            reply = json.loads(promise.get())
            if "refused" in reply:
                raise ZebraLabError(reply["refused"])
            given = [bytes(self._v8.eval(f"zebraLab.given({i})")) for i in range(reply["files"])]
            return reply["answer"], given


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    return _Engine()


def ask(name: str, facts: dict[str, Any] | None = None, *blobs: Any) -> tuple[Any, list[bytes]]:
    """The answer to a question of src/notebook/asks, and its files. Raises ZebraLabError with a sentence."""
    return _engine().ask(name, facts or {}, blobs)
