"""A JupyterLab session: a cell shows the book's exploration widget, and moving its slider redraws the picture."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from pages import write
from playwright.sync_api import Browser, expect

SOURCE = """\
import torch

from genbook.autoregressive import MADE
from genbook.interactive import explore_sampler
from genbook.nn.masked_mlp import MaskedMLP
from genbook.nn.outputs import Bernoulli

torch.manual_seed(0)
explore_sampler(MADE(MaskedMLP(16, hidden=(8,)), Bernoulli()), n=4)"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start a JupyterLab with settings and files of its own; the value is the address of a notebook in it."""
    write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)]), tmp_path / "page.ipynb")
    port = free_port()
    options = {
        "ServerApp.port": port,
        "ServerApp.root_dir": tmp_path,
        "IdentityProvider.token": "",
        "ServerApp.port_retries": 0,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    folders = {
        name: str(tmp_path / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(command, env={**os.environ, **folders}, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, tmp_path / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/page.ipynb"
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers; fail with its log when it does not."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.25)
    pytest.fail(log.read_text())


def test_a_slider_changes_the_picture(browser: Browser, lab: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(lab)
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[1]:", timeout=90_000)
    picture = cell.locator(".jp-OutputArea img")
    expect(picture).to_be_visible(timeout=30_000)
    before = picture.get_attribute("src")
    track = cell.locator(".noUi-base").first
    track.click(position={"x": 0.9 * track.bounding_box()["width"], "y": 2})
    expect(picture).not_to_have_attribute("src", before, timeout=30_000)
    expect(cell.locator(".widget-html").last).to_contain_text(re.compile(r"temperature 1\.[6-9]"))
    context.close()
