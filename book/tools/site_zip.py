"""Pack the built website as one zip, `_build/genbook-site.zip`, that any server of a folder can show.

Usage: python book/tools/site_zip.py      (builds the website first when an input has changed)
Unpack it and run `python -m http.server` in the folder; no page needs another host.
"""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from site_build import BUILD, HTML, ROOT

TARGET = BUILD / "genbook-site.zip"
STAMP = (2026, 1, 1, 0, 0, 0)  # the same site gives the same file


def pack(folder: Path, target: Path) -> None:
    """Write every file of `folder` but zips of the whole site, in the order of their paths, under `genbook-site/`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != target.name):
            name = f"genbook-site/{path.relative_to(folder).as_posix()}"
            archive.writestr(zipfile.ZipInfo(name, STAMP), path.read_bytes(), zipfile.ZIP_DEFLATED)


def main() -> int:
    """Build if needed, pack, and say where the file is."""
    status = subprocess.run([sys.executable, "book/tools/site_build.py"], cwd=ROOT, check=False).returncode
    if status == 0:
        pack(HTML, TARGET)
        shutil.copy2(TARGET, HTML)  # so that it is published with the pages, which link to it
        print(f"{TARGET} has {TARGET.stat().st_size / 1e6:.1f} MB")
    return status


if __name__ == "__main__":
    sys.exit(main())
