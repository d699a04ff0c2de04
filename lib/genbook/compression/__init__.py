"""Lossless compression: prefix codes, Huffman's code, arithmetic coding, and a coder for any stepwise model."""

from genbook.compression.arithmetic import interval, narrow, shortest_bits, symbol_at
from genbook.compression.coder import decode, encode, from_bytes, to_bytes
from genbook.compression.frequencies import cumulative, frequencies
from genbook.compression.huffman import huffman_code, huffman_lengths, mean_length
from genbook.compression.ideal import cross_entropy, entropy, kl
from genbook.compression.rans import Rans
from genbook.compression.trie import Trie, canonical_code, kraft_sum, uniquely_decodable

__all__ = [
    "Rans",
    "Trie",
    "canonical_code",
    "cross_entropy",
    "cumulative",
    "decode",
    "encode",
    "entropy",
    "frequencies",
    "from_bytes",
    "huffman_code",
    "huffman_lengths",
    "interval",
    "kl",
    "kraft_sum",
    "mean_length",
    "narrow",
    "shortest_bits",
    "symbol_at",
    "to_bytes",
    "uniquely_decodable",
]
