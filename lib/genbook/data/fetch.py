"""Files from the net or from $GENBOOK_DATA, never used before their checksum fits."""

import gzip
import hashlib
import os
import urllib.error
import urllib.request
import zlib
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from genbook.data.cache import cache_folder

BLOCK = 1 << 16
TIMEOUT = 15  # seconds without a byte
ATTEMPTS = 3


class Remote(NamedTuple):
    """A published file: its place in $GENBOOK_DATA and in the cache, its address, its SHA-256, what to use instead.

    unpacked: SHA-256 of the content of a .gz file, where known: a copy that was packed again then counts as the same.
    """

    name: str
    url: str
    sha256: str
    instead: str
    unpacked: str = ""


def content(remote: Remote) -> bytes:
    """Return the content of the file, unpacked if its name ends in .gz.

    It is looked for in $GENBOOK_DATA, then in the cache folder, then fetched; a broken download is resumed by the next
    call. Whatever its source, a file whose SHA-256 is wrong is not used.

    Raises:
        ValueError: a file in $GENBOOK_DATA, or what the address sent, has the wrong SHA-256.
        FileNotFoundError: the file is nowhere and cannot be fetched.
    """
    path = _own_copy(remote) or _fetched(remote)
    packed = path.read_bytes()
    unpacked = _unpacked(packed, remote.name)
    if not _fits(packed, unpacked, remote):
        raise ValueError(
            f"{path} has SHA-256 {hashlib.sha256(packed).hexdigest()}, expected {remote.sha256}: "
            "it is damaged or cut short, so delete it and fetch it again."
        )
    return unpacked


def _own_copy(remote: Remote) -> Path | None:
    """Return the file in $GENBOOK_DATA, if there is one."""
    folder = os.environ.get("GENBOOK_DATA")
    path = Path(folder).expanduser() / remote.name if folder else None
    return path if path is not None and path.exists() else None


def _fetched(remote: Remote) -> Path:
    """Return the file in the cache folder, fetching it first if it is absent or has the wrong checksum."""
    import pooch  # noqa: PLC0415 - slow to import, and only needed for downloads

    path = cache_folder() / remote.name
    try:
        pooch.retrieve(remote.url, f"sha256:{remote.sha256}", path.name, path.parent, downloader=Resuming(path))
    except OSError as error:
        folder = os.environ.get("GENBOOK_DATA") or "not set"
        raise FileNotFoundError(
            f"{remote.name} is not in $GENBOOK_DATA ({folder}) and could not be fetched ({error}): "
            f"put the file there, set the variable, or use {remote.instead}, which needs no download."
        ) from error
    except ValueError as error:  # pooch has deleted the file
        raise ValueError(f"{remote.url} sent a file whose SHA-256 is not {remote.sha256}: try again later.") from error
    return path


class Resuming:
    """A downloader for pooch that keeps what has come in `<path>.partial` and asks only for the rest."""

    def __init__(self, path: Path) -> None:
        self.partial = path.with_name(path.name + ".partial")

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """Fetch `url` into `output_file`; after a broken connection the partial file stays for the next call."""
        for _ in range(ATTEMPTS):
            if self._fetch_rest(url):
                os.replace(self.partial, output_file)  # so that a wrong file is not resumed
                return
        raise ConnectionError(f"the connection broke {ATTEMPTS} times, the next call goes on from there")

    def _fetch_rest(self, url: str) -> bool:
        """Append what is missing to the partial file; return whether all has come."""
        have = self.partial.stat().st_size if self.partial.exists() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        try:
            response = urllib.request.urlopen(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
            self.partial.unlink()  # it is no beginning of the file: start afresh
            return False
        came, due = 0, int(response.headers.get("Content-Length") or 0)
        resumed = response.status == HTTPStatus.PARTIAL_CONTENT
        with response, self.partial.open("ab" if resumed else "wb") as file:
            try:
                while block := response.read(BLOCK):
                    came += file.write(block)
            except (ConnectionError, TimeoutError, HTTPException):
                return False
        return came >= due


def _unpacked(packed: bytes, name: str) -> bytes:
    """Return the content, or nothing where a .gz file is damaged: its checksum then does not fit."""
    if not name.endswith(".gz"):
        return packed
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        return b""


def _fits(packed: bytes, unpacked: bytes, remote: Remote) -> bool:
    if hashlib.sha256(packed).hexdigest() == remote.sha256:
        return True
    return bool(remote.unpacked) and hashlib.sha256(unpacked).hexdigest() == remote.unpacked
