from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    """What the masks page's own code finds, by node: see scripts/python/expected.ts."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = ROOT / "scripts/python/expected.mjs"
    return json.loads(subprocess.run([node, script], check=True, capture_output=True, cwd=ROOT).stdout)
