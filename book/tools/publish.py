"""Set the address of the published repository in `_config.yml`, and from there in every page's first code cell.

Usage: python book/tools/publish.py owner/name      (`none` takes the address away again)
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from pages import INSTALL_TAG, ROOT, install_source, notebooks, read, repository_url, source_digest, write

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")


def address(repository: str) -> str:
    """Return the address of `owner/name`, or an empty string for `none`."""
    if repository == "none":
        return ""
    if not NAME.fullmatch(repository):
        raise ValueError(
            f"Expected REPO=owner/name (or none), got {repository!r}: give the two names joined by a slash."
        )
    return f"https://github.com/{repository}"


def set_address(url: str, root: Path = ROOT) -> None:
    """Write `url` to `_config.yml` and bring every notebook in step with it."""
    config = root / "_config.yml"
    text = config.read_text(encoding="utf-8")
    text = text.replace(f'  url: "{repository_url(root)}"', f'  url: "{url}"', 1)
    config.write_text(text, encoding="utf-8")
    for path in notebooks(root):
        set_install_cell(path, url)


def set_install_cell(path: Path, url: str) -> None:
    """Rewrite the install cell of one page; the outputs of a page that was executed stay valid."""
    page = read(path)
    fresh = page.metadata.get("genbook", {}).get("executed") == source_digest(page)
    for cell in page.cells:
        if INSTALL_TAG in cell.metadata.get("tags", []):
            cell.source = install_source(url)
    if fresh:
        page.metadata["genbook"]["executed"] = source_digest(page)
    write(page, path)


def main() -> int:
    """Set the address that the command line names; return the exit status."""
    if len(sys.argv) != 2:
        print("Name the repository: make publish-to REPO=owner/name")
        return 1
    try:
        set_address(address(sys.argv[1]))
    except ValueError as error:
        print(error)
        return 1
    print(f"The address of the repository is now {repository_url() or 'unset'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
