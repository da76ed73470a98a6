"""The site's own code, in V8: lints, readers of files and configs, and their sentences.

`ask` is the only way in. Facts and answers are plain data; files are bytes.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import numpy as np

__all__ = ["ZebraLabBug", "ZebraLabError", "ask"]


class ZebraLabError(ValueError):
    """What was given cannot be read, or what was requested cannot be done. The message says what would work."""


class ZebraLabBug(RuntimeError):
    """A fault of this package, not of what it was given. The message says what to report."""


class _Engine:
    def __init__(self) -> None:
        try:
            from py_mini_racer import MiniRacer
        except ImportError as error:
            raise ZebraLabError(
                f"V8 cannot be loaded on this platform ({error}); install mini-racer, which has wheels for Linux, "
                "macOS and Windows on x86-64 and ARM64"
            ) from error
        script = files("zebra_lab").joinpath("static/engine.js")
        if not script.is_file():
            raise ZebraLabError(
                "this copy of zebra-lab lacks static/engine.js; install a wheel, or run npm run python:build"
            )
        self._lock = threading.Lock()  # one question at a time: files belong to the next question
        # In a thread of its own: in that of a notebook it would take the notebook's event loop, and wait for it for ever.
        with ThreadPoolExecutor(1) as thread:
            self._v8 = thread.submit(MiniRacer).result()
        self._v8.eval(script.read_text("utf-8"))
        if hasattr(os, "register_at_fork"):
            # Its threads do not exist in a forked process, which would wait for them when it ends: it is never freed there.
            kept = ctypes.py_object(self._v8)
            os.register_at_fork(after_in_child=lambda: ctypes.pythonapi.Py_IncRef(kept))

    def close(self) -> None:
        self._v8.close()

    def ask(self, name: str, facts: dict[str, Any], blobs: tuple[Any, ...]) -> tuple[Any, list[bytes]]:
        with self._lock:
            try:
                for blob in blobs:
                    self._bring(blob)
                promise = self._v8.eval(f"zebraLab.ask({json.dumps(name)}, {json.dumps(json.dumps(facts))})")
                reply = json.loads(promise.get())
                if "refused" in reply:
                    raise ZebraLabError(reply["refused"])
                given = [bytes(self._v8.eval(f"zebraLab.given({i})")) for i in range(reply["files"])]
                return reply["answer"], given
            except ZebraLabError:
                raise
            except Exception as error:
                self._v8.eval("zebraLab.forget()")
                if _is_of_v8(error):
                    raise ZebraLabBug(_report(name, facts, blobs, error)) from error
                raise

    def _bring(self, blob: Any) -> None:
        view = memoryview(blob).cast("B")
        if view.nbytes == 0:
            self._v8.eval("zebraLab.room(0); 0")  # mini-racer 0.12 waits for ever for an empty array
            return
        room = self._v8.eval(f"zebraLab.room({view.nbytes})")
        np.frombuffer(room, dtype=np.uint8)[:] = np.frombuffer(view, dtype=np.uint8)


def _is_of_v8(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "py_mini_racer"


def _report(name: str, facts: dict[str, Any], blobs: tuple[Any, ...], error: Exception) -> str:
    asked = json.dumps(facts)
    if len(asked) > 400:
        asked = f"{asked[:400]}…"
    sizes = ", ".join(f"{memoryview(blob).nbytes:,}" for blob in blobs)
    return (
        "this is a fault of zebra-lab, not of what it was given; please report it with the following.\n"
        f"question: {name} {asked}\nfiles of {sizes or 'no'} bytes\n{error}"
    )


_engine: _Engine | None = None
_process: int | None = None
_starting = threading.Lock()


@atexit.register  # here, before what others register: they may still ask
def _end() -> None:
    # From Python 3.13 on, V8's thread no longer ends when the interpreter does: closing it then waits for ever.
    if _engine is not None and _process == os.getpid():
        _engine.close()


def _started() -> _Engine:
    global _engine, _process
    with _starting:
        if _engine is None:
            _engine, _process = _Engine(), os.getpid()
        if _process != os.getpid():
            # V8's threads do not exist in a forked process: a question would wait for them for ever.
            raise ZebraLabError(
                "zebra_lab was used before this process was forked; use it only after the fork, or start processes "
                "with multiprocessing's spawn method"
            )
        return _engine


def ask(name: str, facts: dict[str, Any] | None = None, *blobs: Any) -> tuple[Any, list[bytes]]:
    """The answer to a question of src/notebook/asks, and its files.

    Raises ZebraLabError with a sentence, or ZebraLabBug if the code itself failed.
    """
    return _started().ask(name, facts or {}, blobs)
