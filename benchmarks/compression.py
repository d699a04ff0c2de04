"""Text files through gzip, xz and the book's coder, driven by n-gram models that learn as they read or beforehand.

Run from the root of the book:  python benchmarks/compression.py

The files are source code of Python's standard library, which differs a little between versions of Python.
`model_bits` is the model's own -log2 p of the file; the coder may spend at most 1% more. Times are CPU seconds on one
thread. Adaptive models get nothing but the file; trained ones have read another part of the same kind of text, which a
receiver would need too.
"""

import gzip
import lzma
import math
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import torch

from genbook import results
from genbook.autoregressive import AdaptiveNGram, KneserNey, NGram
from genbook.compression import decode, encode, from_bytes, huffman_code, mean_length, to_bytes
from genbook.data import stdlib_card, stdlib_text
from genbook.protocols import HasLogProb

MEGABYTE = 1_000_000


def measured(name: str, model: HasLogProb, data: bytes) -> dict[str, Any]:
    """Encode and decode `data`, compare, and return bytes, the model's bits and CPU seconds."""
    clock = [time.process_time()]
    code = encode(model, from_bytes(data))
    clock.append(time.process_time())
    back = to_bytes(decode(model, code))
    clock.append(time.process_time())
    if back != data:
        raise RuntimeError(f"{name} did not give back the {len(data)} bytes that it was given.")
    bits = -model.log_prob(from_bytes(data)).item() / math.log(2)
    return {
        "coder": name,
        "bytes": len(code),
        "model_bits": round(bits, 1),
        "over_model": round(8 * len(code) / bits - 1, 6),
        "encode_seconds": round(clock[1] - clock[0], 1),
        "decode_seconds": round(clock[2] - clock[1], 1),
    }


def packers(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield what the everyday programs and Huffman's code need; the table of Huffman's lengths is left out."""
    yield {"coder": "gzip -9", "bytes": len(gzip.compress(data, 9))}
    yield {"coder": "xz -9e", "bytes": len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))}
    counts = {symbol: data.count(symbol) for symbol in sorted(set(data))}
    yield {
        "coder": "Huffman, single bytes",
        "bytes": math.ceil(mean_length(huffman_code(counts), counts) * len(data) / 8),
    }


def texts() -> dict[str, tuple[bytes, bytes]]:
    """Return the text to be coded and the text to learn from, by name."""
    train = stdlib_text("train").encode()
    return {
        "stdlib, first MB of train": (train[:MEGABYTE], train[MEGABYTE:]),
        "stdlib, test": (stdlib_text("test").encode(), train),
    }


JOBS = [
    ("stdlib, first MB of train", "adaptive trigram, Kneser-Ney"),
    ("stdlib, first MB of train", "adaptive 6-gram, Kneser-Ney"),
    ("stdlib, test", "adaptive trigram, Kneser-Ney"),
    ("stdlib, test", "adaptive 6-gram, Kneser-Ney"),
    ("stdlib, test", "trained trigram, Kneser-Ney"),
    ("stdlib, test", "trained 6-gram, Kneser-Ney"),
]


def coded(job: tuple[str, str]) -> dict[str, Any]:
    """Measure one model on one text, on one thread."""
    torch.set_num_threads(1)
    text, name = job
    data, train = texts()[text]
    n = 3 if "trigram" in name else 6
    adaptive = name.startswith("adaptive")
    model = AdaptiveNGram(256, n, KneserNey(0.8)) if adaptive else NGram(from_bytes(train)[0], 256, n, KneserNey(0.8))
    return {"text": text, "text_bytes": len(data)} | measured(name, model, data)


def main() -> None:
    """Measure every coder on every file, two at a time."""
    rows = [
        {"text": name, "text_bytes": len(data)} | row for name, (data, _) in texts().items() for row in packers(data)
    ]
    with ProcessPoolExecutor(2) as pool:
        rows += pool.map(coded, JOBS)
    rows = [row | {"bits_per_byte": round(8 * row["bytes"] / row["text_bytes"], 4)} for row in rows]
    note = f"nothing is random; CPU seconds on one thread; text of Python {stdlib_card()['python']}"
    results.write("compression", sorted(rows, key=lambda row: row["text"]), seeds=[], note=note)


if __name__ == "__main__":
    main()
