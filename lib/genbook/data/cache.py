"""Arrays that are slow to make, kept on disk: written whole or not at all, and read only if nothing has changed."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

DIGEST = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Return the folder for what can be made or fetched again: $GENBOOK_CACHE, else the platform's cache folder."""
    chosen = os.environ.get("GENBOOK_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import pooch  # noqa: PLC0415 - slow to import

    return Path(pooch.os_cache("genbook"))


def cached(name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array kept under `name` in the cache folder, or make it and keep it.

    A file is the SHA-256 digest of an .npy file, followed by that .npy file. One that is cut short, changed or
    unreadable counts as absent and is made again. Where the folder cannot be written the array is not kept.
    """
    path = cache_folder() / f"{name}.cache"
    kept = _read(path)
    if kept is not None:
        return kept
    array = make()
    _write(path, array)
    return array


def _read(path: Path) -> np.ndarray | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, body = content[:DIGEST], content[DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        return None
    return np.load(io.BytesIO(body), allow_pickle=False)


def _write(path: Path, array: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    body = buffer.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".partial", dir=path.parent)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
