"""A page on a machine like Colab: its packages are there, genbook is not, and the first cell installs it.

The address is answered by a local repository (git's `insteadOf`), so the test needs no network: the virtual environment
sees the packages that are installed here, and pip neither resolves nor isolates.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from pages import INSTALL_TAG, ROOT, install_source, notebooks, read

ADDRESS = "https://github.com/some-owner/some-book"
PACKAGE = ["pyproject.toml", "README.md", "LICENSE", "lib", "book/live"]


def git(*arguments: str, cwd: Path) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds the package as it stands in the working tree."""
    folder = tmp_path_factory.mktemp("published")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in PACKAGE:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, ignore=ignore) if source.is_dir() else shutil.copy2(source, target)
    for extra in ("setup.py", "MANIFEST.in"):
        if (ROOT / extra).exists():
            shutil.copy2(ROOT / extra, folder)
    git("init", "-q", "-b", "main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "published", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory, published: Path) -> dict[str, str]:
    """The environment variables of a kernel that runs in a virtual environment without genbook."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    paths = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    Path(paths.strip(), "packages_that_are_there.pth").write_text(sysconfig.get_path("purelib"))
    kernel = folder / "kernels" / "colab"
    kernel.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "colab", "language": "python"}))
    (folder / "gitconfig").write_text(f'[url "{published.as_uri()}"]\n\tinsteadOf = {ADDRESS}\n')
    absent = subprocess.run(
        [python, "-c", "import torch, genbook"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "No module named 'genbook'" in absent.stderr
    return {
        "JUPYTER_PATH": str(folder),
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads the value of a `no-` variable as that of the option itself
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GENBOOK_BUDGET": "smoke",
        "PYTHONPATH": "",
    }


def first_cells() -> list[str]:
    """Return what runs first on a published page: the install cell, and the imports of the first page that has any."""
    sources = [install_source(ADDRESS), "import genbook\n\nprint(genbook.__file__)"]
    for path in notebooks()[:1]:
        cells = [cell for cell in read(path).cells if "imports" in cell.metadata.get("tags", [])]
        sources += [cell.source for cell in cells]
    return sources


def test_the_first_cell_installs_the_package_and_the_page_can_begin(
    colab: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in colab.items():
        monkeypatch.setenv(name, value)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in first_cells()])
    page.cells[0].metadata["tags"] = [INSTALL_TAG]
    client = NotebookClient(page, timeout=300, kernel_name="colab", resources={"metadata": {"path": str(tmp_path)}})
    with suppress(CellExecutionError):
        client.execute()
    printed = "".join(output.get("text", "") for cell in page.cells[:2] for output in cell.outputs)
    assert "site-packages" in printed, printed
    assert str(ROOT) not in printed
    assert [output.ename for cell in page.cells for output in cell.outputs if output.output_type == "error"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the kernel is stopped differently on Windows")
def test_before_publishing_the_first_cell_says_what_to_do(
    tmp_path: Path,
) -> None:
    script = tmp_path / "cell.py"
    script.write_text(install_source(""))
    run = subprocess.run(
        [sys.executable, "-S", "-I", script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.stderr.strip().splitlines()[-1].startswith("ModuleNotFoundError: genbook is missing: run `make serve`")
