"""Check the style of the Python code, the notebooks and the JavaScript.

Usage: python book/tools/lint.py
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from site_build import NODE, ROOT, npm_install


def main() -> int:
    """Run ruff and ESLint; return a non-zero status when one of them complains."""
    ruff = [sys.executable, "-m", "ruff"]
    status = subprocess.run([*ruff, "check", "."], cwd=ROOT, check=False).returncode
    status |= subprocess.run([*ruff, "format", "--check", "."], cwd=ROOT, check=False).returncode
    npm_install(development=True)
    eslint = str(ROOT / "node_modules" / "eslint" / "bin" / "eslint.js")
    options = ["--config", "book/tools/eslint.config.mjs", "--no-error-on-unmatched-pattern"]
    status |= subprocess.run([*NODE, eslint, *options, "book", "lib", "tests"], cwd=ROOT, check=False).returncode
    return int(status != 0)


if __name__ == "__main__":
    sys.exit(main())
