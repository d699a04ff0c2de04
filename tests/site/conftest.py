"""The built website as a fixture; it is built only when an input has changed."""

import subprocess
import sys
from pathlib import Path

import pytest
from site_build import HTML, ROOT


@pytest.fixture(scope="session")
def html() -> Path:
    run = subprocess.run(
        [sys.executable, "book/tools/site_build.py"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return HTML
