"""The root of the repository holds what the design lists and nothing else."""

import subprocess

from pages import ROOT

FOLDERS = {"book", "chapters", "lib", "assignments", "benchmarks", "tests"}
FILES = {"README.md", "Makefile", "pyproject.toml", "requirements.txt", "_config.yml", "_toc.yml", "package.json"}
FILES |= {"LICENSE", "CITATION.cff", "CONTRIBUTING.md", "CHANGELOG.md", "package-lock.json"}
BYTES = 100_000_000


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]


def test_the_root_holds_only_what_is_meant_to_be_there() -> None:
    names = {name.split("/")[0] for name in tracked()}
    assert {name for name in names if not name.startswith(".")} <= FOLDERS | FILES


def test_the_repository_stays_small() -> None:
    assert sum((ROOT / name).stat().st_size for name in tracked()) < BYTES


def test_no_third_party_javascript_is_committed() -> None:
    assert [name for name in tracked() if "node_modules" in name or name.endswith(".min.js")] == []
