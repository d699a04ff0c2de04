"""Huffman's code of several texts and what it costs, as genbook computes them."""

from collections import Counter
from typing import Any

from genbook.compression import Trie, entropy, huffman_code, kraft_sum, mean_length

TEXTS = (
    "abracadabra",
    "to be or not to be",
    "abcdaabaabacaaba",
    "aaaaaaaaab",
    "aaaa",
    "z",
    "the quick brown fox jumps over the lazy dog",
    "aabbccdd",
    "abbccccddddddddeeeeeeeeeeeeeeee",
    "Größe: 7 µm, \N{SNOWMAN}\N{SNOWMAN}",
)


def code_of(text: str) -> dict[str, Any]:
    """Return code, bits of the text, Kraft sum, mean length and entropy in bits a letter."""
    counts = dict(Counter(text))  # in the order of first occurrence, which decides ties
    code = huffman_code(counts)
    return {
        "text": text,
        "code": list(code.items()),
        "bits": Trie(code).encode(text),
        "kraft": float(kraft_sum(len(word) for word in code.values())),
        "length": mean_length(code, counts),
        "entropy": entropy([count / len(text) for count in counts.values()]),
    }


def code_trie() -> list[dict[str, Any]]:
    """Return a case a text."""
    return [code_of(text) for text in TEXTS]
