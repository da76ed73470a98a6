"""The code in docs/python.md runs from top to bottom, and the commands end as it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zebra_lab.__main__ import main

pytest.importorskip("transformers")
PAGE = (Path(__file__).parents[2] / "docs/python.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_code_runs_and_says_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in blocks("python"):
        exec(compile(code, "docs/python.md", "exec"), names)
    said = capsys.readouterr().out
    [example] = blocks("text")
    for line in example.strip().splitlines():
        assert line.strip().removesuffix(" …") in said
    assert "docs/python.md" in said or "python.md:" in said  # the place of the call
    with pytest.raises(AssertionError, match="query 4096, key 0"):
        names["z"].expect(names["mask"], "causal & window(4096)")

    # The commands, on the files that they name.
    np.save("mask.npy", names["fixed"])
    Path("config.json").write_text(json.dumps(names["config"].to_dict()))
    [commands] = blocks("console")
    for line in commands.strip().splitlines():
        assert main(shlex.split(line.removeprefix("$ zebra-lab "))) == 0, line
    np.save("mask.npy", names["mask"])
    assert main(["lint", "mask.npy", "--expect", "causal & window(4096)"]) == 1
    assert main(["lint", "nothing.npy"]) == 2
