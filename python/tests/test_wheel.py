"""The wheel carries everything: installed into a fresh environment, it checks a mask from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    made = subprocess.run([*command, "--wheel-dir", folder, ROOT / "python"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "zebra_lab/static/engine.js" in names
        assert "zebra_lab/__main__.py" in names
        assert not any("test" in name for name in names)
        assert "fflate" in archive.read("zebra_lab/static/third-party-notices.txt").decode()
        script = archive.read("zebra_lab/static/engine.js").decode()
    assert "import(" not in script and "fetch(" not in script
    assert wheel.stat().st_size < 3_000_000


def test_a_fresh_environment_checks_a_mask(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=os.name != "nt")
    programs = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        wheel,
    ]
    subprocess.run(install, check=True, timeout=120)
    # numpy and V8 are those of this environment; zebra_lab is that of the wheel.
    found = {str(Path(module.__file__).parents[1]) for module in (np, pytest.importorskip("py_mini_racer"))}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(found)}
    code = "import zebra_lab; print(zebra_lab.__file__)"
    where = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, env=environment)
    if str(tmp_path) not in where.stdout:
        pytest.skip("zebra_lab is installed next to numpy")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    np.save(elsewhere / "mask.npy", np.tri(16, dtype=bool))
    for expect, code in (("causal", 0), ("causal & window(4)", 1)):
        command = [programs / "zebra-lab", "lint", "mask.npy", "--expect", expect]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=elsewhere, env=environment, timeout=120
        )
        assert done.returncode == code, done.stdout + done.stderr
