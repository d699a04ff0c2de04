"""Files that are either whole or not there: written beside, flushed to disk, then renamed."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

SEAL = b"genbook\n"  # then 32 bytes of SHA-256, at the end of a sealed file


def write_atomic(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, or a crash at any moment, sees the old file or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def seal(content: bytes) -> bytes:
    """Return `content` with its own checksum behind it.

    >>> unseal(seal(b"weights"))
    b'weights'
    >>> unseal(seal(b"weights")[:-1]) is None
    True
    """
    return content + SEAL + sha256(content).digest()


def unseal(sealed: bytes) -> bytes | None:
    """Return what `seal` was given, or None where a byte is missing or different."""
    content, mark, digest = sealed[:-40], sealed[-40:-32], sealed[-32:]
    return content if mark == SEAL and sha256(content).digest() == digest else None
