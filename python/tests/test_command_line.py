"""The command line: exit code 0 if nothing is wrong, 1 for findings, 2 for what cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zebra_lab import __version__
from zebra_lab.__main__ import main

FIXTURES = Path(__file__).parents[2] / "test/fixtures"
GEMMA = str(FIXTURES / "configs/gemma-3-1b.json")


@pytest.fixture
def mask(tmp_path: Path) -> str:
    back = np.arange(40)[:, None] - np.arange(40)
    np.save(tmp_path / "mask.npy", (back >= 0) & (back < 8))
    return str(tmp_path / "mask.npy")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ([], 0, "No findings"),
        (["--expect", "causal & window(8)"], 0, "it is the mask it should be"),
        (["--expect", "S", "--window", "8"], 0, "it is the mask it should be"),
        (["--expect", "causal & window(7)"], 1, "L5: query 7, key 0"),
        (["--expect", "S*5 G", "--window", "8", "--layer", "2"], 0, "No findings"),
        (["--expect", "S*5 G", "--window", "8", "--layer", "5"], 1, "differ from causal"),
        (["--is-causal"], 1, "L19"),
        (["--length", "80"], 1, "L14"),
    ],
)
def test_lint(
    mask: str, options: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", mask, *options]) == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--expect", "casual"], "'casual' at character 1"),
        (["--expect", "S"], "no window was given"),
        (["--config", "missing.json"], "missing.json cannot be read"),
    ],
)
def test_not_readable(mask: str, options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", mask, *options]) == 2
    assert words in capsys.readouterr().err


def test_arguments_in_plain_english(mask: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in [
        (["lint", mask, "--window", "four"], "'four' should be a whole number"),
        (["lint"], "the following arguments are required: FILE"),
        (["lnt", mask], "invalid choice"),
    ]:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
        assert words in capsys.readouterr().err


def test_json(mask: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", mask, "--expect", "causal & window(7)", "--json"]) == 1
    read = json.loads(capsys.readouterr().out)
    assert read["ok"] is False
    assert read["findings"][0]["code"] == "L5"
    assert read["findings"][0]["cell"] == {"query": 7, "key": 0}
    assert read["differences"][0]["cells"] == 33
    assert main(["config", GEMMA, "--json", "--length", "4096"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert len(read["layers"]) == 26 and read["length"] == 4096
    assert read["layers"][5]["mask"] == "causal"


def test_config(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", GEMMA, "--length", "32,768"]) == 0
    said = capsys.readouterr().out
    assert "26 layers" in said and "22 × sliding_attention" in said and "at 32,768 tokens" in said
    assert main(["config", GEMMA, "--length", "0"]) == 2
    assert "length is 0" in capsys.readouterr().err
    assert main(["config", str(FIXTURES / "masks/13-window-by-suffix-rows.npy")]) == 2


def test_several_files_are_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = []
    for layer in range(3):
        np.save(tmp_path / f"layer{layer}.npy", np.tri(16, dtype=bool))
        names.append(str(tmp_path / f"layer{layer}.npy"))
    assert main(["lint", *names, "--expect", "G*3"]) == 0
    assert main(["lint", *names, "--expect", "S G G", "--window", "4"]) == 1
    assert "Layer 1" in capsys.readouterr().out


def test_as_a_module_and_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zebra_lab", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"zebra-lab {__version__}"
    done = subprocess.run([sys.executable, "-m", "zebra_lab"], capture_output=True, text=True, check=True)
    assert "lint" in done.stdout and "config" in done.stdout
