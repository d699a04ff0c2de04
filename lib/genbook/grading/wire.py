"""Values as JSON and raw buffers, and frames of them on a pipe. Nothing is unpickled, and sizes are bounded.

A value is None, a bool, a number, a string, a tensor, or a list, tuple or dict (with string keys) of values. Functions
travel as numbers; the other side calls them back. Tensors travel without their gradients.
"""

import json
import math
import os
import select
import struct
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

CODES = ("f8", "f4", "i8", "?")  # numpy's names of float64, float32, int64 and bool
HEADER, LARGEST, DEEPEST, MOST = struct.Struct(">4sIQ"), 1 << 27, 12, 100_000
MAGIC = b"gb01"


class WireError(ValueError):
    """What came through the pipe is no message."""


def pack(value: Any, functions: list[Callable[..., Any]]) -> tuple[Any, bytes]:
    """Return a JSON value and the bytes of its tensors; functions are appended to `functions`.

    Raises:
        TypeError: the value holds something that does not travel.
    """
    buffers: list[bytes] = []
    plain = _pack(value, functions, buffers, 0)
    return plain, b"".join(buffers)


def _pack(value: Any, functions: list[Callable[..., Any]], buffers: list[bytes], depth: int) -> Any:
    if depth > DEEPEST:
        raise TypeError(f"the value is nested more than {DEEPEST} deep, expected a tensor, a number or a short tuple.")
    if value is None or isinstance(value, bool | int | float | str):
        return value.item() if isinstance(value, np.generic) else value
    if "torch" in sys.modules and isinstance(value, sys.modules["torch"].Tensor):
        value = _array(value)
    if isinstance(value, np.ndarray | np.generic):
        return _pack_array(np.asarray(value), buffers)
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"t": kind, "v": [_pack(each, functions, buffers, depth + 1) for each in value]}
    if isinstance(value, dict):
        items = [[str(key), _pack(each, functions, buffers, depth + 1)] for key, each in value.items()]
        return {"t": "dict", "v": items}
    if callable(value):
        functions.append(value)
        return {"t": "function", "v": len(functions) - 1}
    raise TypeError(f"the value is a {type(value).__name__}, expected a tensor, a number, a string or a tuple of them.")


def _array(value: "Tensor") -> np.ndarray:
    value = value.detach().cpu()
    return (value.double() if value.is_floating_point() and value.element_size() < 4 else value).numpy()


def _pack_array(value: np.ndarray, buffers: list[bytes]) -> Any:
    code = "?" if value.dtype == bool else value.dtype.str[1:]
    if code not in CODES:
        code = "i8" if value.dtype.kind in "iu" else "f8"
        value = value.astype(code)  # raises TypeError for what is no number
    buffers.append(np.ascontiguousarray(value).tobytes())
    return {"t": code, "v": list(value.shape)}


def unpack(plain: Any, body: bytes, function: Callable[[int], Callable[..., Any]] | None = None) -> Any:
    """Return the value; `function(number)` stands for a function of the other side, None allows none.

    Raises:
        WireError: this is no value, or its parts do not fit.
    """
    place, count = [0], [0]

    def tensor(code: str, shape: Any) -> "Tensor":
        import torch  # noqa: PLC0415  (only where a tensor comes)

        if (
            not isinstance(shape, list)
            or len(shape) > 16
            or not all(type(n) is int and 0 <= n <= LARGEST for n in shape)
        ):
            raise WireError("a tensor has no valid shape.")
        dtype = np.dtype(code)
        size = math.prod(shape) * dtype.itemsize
        if place[0] + size > len(body):
            raise WireError("a tensor is larger than the message that brings it.")
        flat = np.frombuffer(body, dtype, math.prod(shape), place[0]).copy()
        place[0] += size
        return torch.from_numpy(flat).reshape(shape)

    def build(node: Any, depth: int) -> Any:
        count[0] += 1
        if depth > DEEPEST + 1 or count[0] > MOST:
            raise WireError("a message is nested too deep or too long.")
        if node is None or isinstance(node, bool | int | float | str):
            return node
        kind, value = (node.get("t"), node.get("v")) if isinstance(node, dict) else (None, None)
        if kind in CODES:
            return tensor(kind, value)
        if kind in ("list", "tuple") and isinstance(value, list):
            parts = [build(each, depth + 1) for each in value]
            return parts if kind == "list" else tuple(parts)
        if kind == "dict" and isinstance(value, list) and all(isinstance(i, list) and len(i) == 2 for i in value):
            return {str(key): build(each, depth + 1) for key, each in value}
        if kind == "function" and type(value) is int and function is not None:
            return function(value)
        raise WireError("a message holds something that is no value.")

    return build(plain, 0)


def send(descriptor: int, header: Any, body: bytes = b"", until: float = math.inf) -> None:
    """Write one frame; `until` is a deadline of `time.monotonic`.

    Raises:
        WireError: the frame is too large.
        TimeoutError: the other side does not read.
    """
    text = json.dumps(header).encode()
    if len(text) + len(body) > LARGEST:
        raise WireError(f"the values take {len(text) + len(body)} bytes, expected at most {LARGEST}.")
    rest = memoryview(HEADER.pack(MAGIC, len(text), len(body)) + text + body)
    while rest:
        if not select.select([], [descriptor], [], _left(until))[1]:
            raise TimeoutError("the other side does not read.")
        rest = rest[os.write(descriptor, rest[:4096]) :]  # a pipe that can be written takes a page without blocking


def receive(descriptor: int, until: float = math.inf) -> tuple[Any, bytes]:
    """Read one frame: its header and its body.

    Raises:
        WireError: what comes is no frame.
        TimeoutError: nothing comes until the deadline.
        EOFError: the other side has ended.
    """
    magic, text, body = HEADER.unpack(_read(descriptor, HEADER.size, until))
    if magic != MAGIC or text + body > LARGEST:
        raise WireError("what came is no message of the protocol.")
    raw = _read(descriptor, text, until)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise WireError("a message is no JSON.") from error
    return header, _read(descriptor, body, until)


def _read(descriptor: int, size: int, until: float) -> bytes:
    parts = []
    while size:
        if not select.select([descriptor], [], [], _left(until))[0]:
            raise TimeoutError("no answer came in time.")
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError("the other side has ended.")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _left(until: float) -> float | None:
    return None if until == math.inf else max(0.0, until - time.monotonic())
