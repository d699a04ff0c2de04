"""Make the virtual environment `.venv` from the lock, with the standard library only: nothing else is there yet.

Usage: python book/tools/env.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "lock.sha256"


def venv_python() -> Path:
    """Return the interpreter of `.venv`, whether it exists yet or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lock_digest() -> str:
    """Return a digest of everything that decides what is installed."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return hashlib.sha256(version.encode() + (ROOT / "requirements.txt").read_bytes()).hexdigest()


def install() -> None:
    """Fill `.venv` with the lock and with genbook itself, editable: uv where it is present, else pip."""
    python = str(venv_python())
    uv = shutil.which("uv")
    if not venv_python().exists():
        make = [uv, "venv", "--seed", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        subprocess.run([*make, str(VENV)], check=True)
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    quiet = ["--quiet"] if uv else ["--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *quiet, "-r", str(ROOT / "requirements.txt")], check=True)
    subprocess.run([*pip, *quiet, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)


def main() -> int:
    """Install when the lock has changed since the last time; return the exit status."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"The book needs Python 3.11, 3.12 or 3.13, and this is {version}: run `make PYTHON=python3.11 ...`.")
        return 1
    digest = lock_digest()
    if STAMP.exists() and STAMP.read_text() == digest and venv_python().exists():
        return 0
    print("Installing the locked requirements into .venv (once; PyTorch is the large one) ...", flush=True)
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"The installation failed with status {error.returncode}; its message is above.")
        return 1
    STAMP.write_text(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
