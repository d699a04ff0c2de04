"""The few bytes around a code: shape, dtype and a checksum, so that damage is noticed before it is decoded."""

import zlib

import torch

MAGIC = b"gb1"
DTYPES = (torch.int64, torch.float32)


def wrap(dtype: torch.dtype, n: int, length: int, payload: bytes) -> bytes:
    """Return magic, CRC-32, dtype, n and length in front of `payload`."""
    body = bytes([DTYPES.index(dtype)]) + _varint(n) + _varint(length) + payload
    return MAGIC + zlib.crc32(body).to_bytes(4, "little") + body


def unwrap(data: bytes) -> tuple[torch.dtype, int, int, bytes]:
    """Return (dtype, n, length, payload) as given to `wrap`.

    Raises:
        TypeError: `data` is not bytes.
        ValueError: the data are not from `wrap`, or have been changed since.
    """
    if not isinstance(data, bytes | bytearray):
        raise TypeError(f"data is a {type(data).__name__}, expected the bytes that encode returned.")
    if data[:3] != MAGIC or len(data) < 8:
        raise ValueError(
            f"data of {len(data)} bytes do not begin like a code of this package: pass what encode returned."
        )
    body = bytes(data[7:])
    if zlib.crc32(body).to_bytes(4, "little") != data[3:7]:
        raise ValueError("the checksum of data does not match: they are cut short or damaged, fetch them again.")
    n, position = _read_varint(body, 1)
    length, position = _read_varint(body, position)
    return DTYPES[body[0]], n, length, body[position:]


def _varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; the top bit says that more follow."""
    head, rest = value & 127, value >> 7
    return bytes([head | 128]) + _varint(rest) if rest else bytes([head])


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value, shift, position = value | (byte & 127) << shift, shift + 7, position + 1
        if byte < 128:
            return value, position
