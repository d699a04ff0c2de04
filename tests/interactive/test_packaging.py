"""A wheel carries the figures, although the tree holds them once."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from genbook.interactive.modules import live_folder
from genbook.interactive.packaging import PATTERNS

ROOT = Path(__file__).parents[2]


def needed() -> list[Path]:
    """Return every file of the figures but the stills, which only the website shows."""
    return [path for path in live_folder().rglob("*") if path.is_file() and path.suffix != ".png"]


def test_every_file_of_the_figures_is_of_a_kind_that_is_packed() -> None:
    assert {path.suffix for path in needed()} == {pattern[1:] for pattern in PATTERNS}


@pytest.mark.full
def test_the_wheel_holds_every_figure(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for part in ("lib", "book/live"):
        copy = ["cp", "-r", str(ROOT / part), str(source / part)]
        (source / part).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(copy, check=True)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / file).exists():
            (source / file).write_bytes((ROOT / file).read_bytes())
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        str(source),
    ]
    subprocess.run(pip, check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert len(needed()) > 15
    for path in needed():
        assert f"genbook/interactive/live/{path.relative_to(live_folder()).as_posix()}" in names
