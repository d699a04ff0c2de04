"""Text that every machine with Python has: the sources of its standard library."""

import hashlib
import platform
import sysconfig
from pathlib import Path

from genbook.data.vocabulary import ALPHABET

MODULES = {  # single files in Python 3.10 to 3.13
    "train": """
        _strptime ast base64 bdb calendar cmd codecs configparser contextlib copy csv dataclasses difflib dis enum
        filecmp fileinput fractions ftplib functools gettext glob graphlib gzip heapq ipaddress linecache numbers
        operator optparse os pickle pkgutil platform plistlib pprint pstats queue random reprlib sched selectors shlex
        socket socketserver statistics string tempfile tokenize trace types uuid warnings weakref webbrowser""",
    "valid": "fnmatch quopri shutil textwrap",
    "test": "bisect shelve threading timeit",
}


def stdlib_text(split: str = "train") -> str:
    """Return source code of Python's own standard library: a fixed list of modules, one after the other.

    `split` names the part: "train" (about 1.6 million characters), "valid" or "test" (about 90,000 each), whole modules
    apart. Tabs become spaces and what is not ASCII becomes "?", so every character is in `ALPHABET`. The text differs
    between versions of Python: state `stdlib_card()` beside every number measured on it.

    Raises:
        ValueError: `split` is none of the three.
        FileNotFoundError: this Python comes without its sources.
    """
    check_split(split, tuple(MODULES))
    folder = Path(sysconfig.get_paths()["stdlib"])
    return "".join(_source(folder / f"{module}.py") for module in MODULES[split].split())


def stdlib_card() -> dict[str, str]:
    """Return the Python version and the SHA-256 of each part of `stdlib_text`, to keep with what was trained on it."""
    digests = {split: hashlib.sha256(stdlib_text(split).encode()).hexdigest() for split in MODULES}
    return {"python": platform.python_version(), **{f"sha256_{split}": digest for split, digest in digests.items()}}


def check_split(split: str, known: tuple[str, ...]) -> None:
    """Raise unless `split` is one of the known parts of a data set."""
    if split not in known:
        raise ValueError(f"split is {split!r}, expected one of {', '.join(map(repr, known))}.")


def _source(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileNotFoundError(
            f"{path} is missing, expected the sources of Python's standard library: install a full Python."
        ) from error
    allowed = set(ALPHABET)
    return "".join(character if character in allowed else "?" for character in text.expandtabs())
