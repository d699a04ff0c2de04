"""The IDX format in which MNIST and its relatives are stored."""

import math
import struct

import numpy as np

UNSIGNED_BYTE = 8


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """Return the array of unsigned bytes in an IDX file (LeCun, Cortes and Burges 1998).

    A file is two zero bytes, the element type, the number of dimensions, the sizes as big-endian 32-bit integers,
    and the elements in row-major order. `name` is for the error message.

    Raises:
        ValueError: no IDX file, elements that are not unsigned bytes, or a length that does not fit the sizes.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]), "two.idx")
    array([7, 9], dtype=uint8)
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE or not 1 <= content[3] <= 4:
        raise ValueError(f"{name} begins with {content[:4].hex()}, expected an IDX file of unsigned bytes (000008..).")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"{name} ends inside its header, expected {start} bytes or more: fetch it again.")
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise ValueError(f"{name} holds {len(content) - start} elements, expected {shape}: fetch it again.")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
