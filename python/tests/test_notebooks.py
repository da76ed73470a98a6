"""The notebooks run from top to bottom, and their cells show what their text says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

FOLDER = Path(__file__).parents[1] / "notebooks"
SHOWN = "application/vnd.jupyter.widget-view+json"

# What some output of the cell that begins with these words contains.
SAYS = {
    "window-off-by-one": [
        ("found = z.lint", "L5: query 4096, key 0"),
        ("found = z.lint", "cells differ from causal & window(4096)"),
        ("cell = found[0].cell", "query 4096 reads key 0: True, 4,096 tokens back"),
        ("z.show(mask", SHOWN),
        ("fixed =", "No findings"),
    ],
    "padded-batch": [
        ("@torch.no_grad()", "differs by 0."),
        ("captured =", SHOWN),
        ("used =", "L17: query 5, key 0"),
        ("real =", "differs by 0.000000"),
        ("real =", SHOWN),
        ("fixed.assert_ok()", "No findings: each layer reads what it should"),
    ],
    "hybrid-layers": [
        ("captured = z.capture", SHOWN),
        ("captured.expect", "No findings: each layer reads what it should"),
        ("ported =", "L10: prefill, Layer 1 (index 0)"),
        ("try:", "the port is not the model"),
        ("path =", "True"),
    ],
}


def said(cell: Any) -> str:
    texts = []
    for output in cell.get("outputs", []):
        texts.append(output.get("text", ""))
        for kind, content in output.get("data", {}).items():
            texts += [kind, content if isinstance(content, str) else ""]
    return "\n".join(texts)


def test_every_notebook_is_among_these() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_a_notebook_runs_and_shows_what_it_says(name: str, tmp_path: Path) -> None:
    if name != "window-off-by-one":
        pytest.importorskip("transformers")
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs"), "notebooks are kept without outputs"
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    for begin, words in SAYS[name]:
        cells = [cell for cell in notebook.cells if cell.source.startswith(begin)]
        assert any(words in said(cell) for cell in cells), f"{name}: {begin!r} does not say {words!r}"
