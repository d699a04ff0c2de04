"""Prefix codes as binary tries, and the inequality that says which codeword lengths are possible.

A codeword is a string of "0" and "1": a path from the root. In a prefix code every symbol sits at a leaf, so a reader
who walks the bits knows where each codeword ends.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

Code = Mapping[Hashable, str]


def kraft_sum(lengths: Iterable[int]) -> Fraction:
    """Return the sum of 2^-l over codeword lengths: the share of the infinite binary tree that the codewords occupy.

    Raises:
        ValueError: a length is negative.

    >>> kraft_sum([1, 2, 3, 3])
    Fraction(1, 1)
    """
    total = Fraction(0)
    for length in lengths:
        if length < 0:
            raise ValueError(f"a codeword length is {length}, expected whole numbers of at least 0.")
        total += Fraction(1, 2**length)
    return total


def canonical_code(lengths: Mapping[Hashable, int]) -> dict[Hashable, str]:
    """Return the prefix code with these lengths whose codewords, shortest first, are consecutive binary numbers.

    It exists exactly when the Kraft sum is at most one (Kraft 1949); by McMillan (1956) no uniquely decodable code,
    prefix-free or not, can do with shorter ones. Among equal lengths the order of `lengths` decides.

    Raises:
        ValueError: there are no symbols, or the Kraft sum exceeds one.

    >>> canonical_code({"a": 1, "b": 3, "c": 2, "d": 3})
    {'a': '0', 'c': '10', 'b': '110', 'd': '111'}
    """
    if not lengths:
        raise ValueError("lengths is empty, expected a codeword length for at least one symbol.")
    total = kraft_sum(lengths.values())
    if total > 1:
        raise ValueError(
            f"the lengths have Kraft sum {total}, a decodable code needs at most 1: lengthen some codewords."
        )
    code, value, depth = {}, 0, 0
    for symbol, length in sorted(lengths.items(), key=lambda item: item[1]):
        value <<= length - depth
        depth = length
        code[symbol] = format(value, f"0{length}b") if length else ""
        value += 1
    return code


class Trie:
    """A prefix code stored as the binary tree that decodes it.

    Raises:
        ValueError: a codeword holds anything but 0 and 1, or one codeword is a prefix of another (or equal to it).

    >>> trie = Trie({"e": "0", "t": "10", "a": "11"})
    >>> trie.encode("tea"), "".join(trie.decode("10011"))
    ('10011', 'tea')
    """

    def __init__(self, code: Code):
        """Hang every symbol of `code` at the leaf that its codeword leads to."""
        if not code:
            raise ValueError("code is empty, expected a codeword for at least one symbol.")
        self.code = dict(code)
        self.leaves: dict[str, Hashable] = {}  # path from the root -> symbol
        for symbol, word in self.code.items():
            if set(word) - {"0", "1"}:
                raise ValueError(f"the codeword of {symbol!r} is {word!r}, expected a string of 0 and 1.")
            if word in self.leaves:
                raise ValueError(f"{symbol!r} and {self.leaves[word]!r} share the codeword {word!r}: make them differ.")
            self.leaves[word] = symbol
        self.inner = {word[:depth] for word in self.leaves for depth in range(len(word))}
        for prefix in sorted(self.inner & self.leaves.keys()):
            raise ValueError(
                f"the codeword {prefix!r} of {self.leaves[prefix]!r} is a prefix of another codeword, "
                "so a reader cannot tell where it ends: use a prefix-free code."
            )

    @property
    def kraft_sum(self) -> Fraction:
        """The sum of 2^-l: one when every path ends in a leaf, less when some paths lead nowhere."""
        return kraft_sum(len(word) for word in self.leaves)

    def nodes(self) -> Iterator[tuple[str, Hashable | None]]:
        """Yield (path, symbol) for every node, parents first; the symbol of an inner node is None."""
        for path in sorted(self.inner | self.leaves.keys(), key=lambda path: (len(path), path)):
            yield path, self.leaves.get(path)

    def encode(self, symbols: Iterable[Hashable]) -> str:
        """Return the codewords of `symbols` one after the other; ValueError names a symbol without a codeword."""
        words = []
        for symbol in symbols:
            if symbol not in self.code:
                raise ValueError(f"the code has no codeword for {symbol!r}, expected one of {list(self.code)[:20]}.")
            words.append(self.code[symbol])
        return "".join(words)

    def decode(self, bits: str) -> list[Hashable]:
        """Walk `bits` from the root, return to it at every leaf, and return the symbols met.

        Raises:
            ValueError: the bits leave the trie or end inside a codeword, or the only codeword is empty.
        """
        if "" in self.leaves:
            raise ValueError(
                "a code of one symbol spends no bits, so the bits cannot say how often it occurs: send the number."
            )
        symbols, path = [], ""
        for bit in bits:
            path += bit
            if path in self.leaves:
                symbols.append(self.leaves[path])
                path = ""
            elif path not in self.inner:
                raise ValueError(f"the bits {path!r} begin no codeword: the message is damaged or in another code.")
        if path:
            raise ValueError(f"the bits end inside a codeword, after {path!r}: the message is cut short.")
        return symbols


def uniquely_decodable(words: Sequence[str]) -> bool:
    """Return whether every concatenation of codewords can be split in one way only (Sardinas and Patterson 1953).

    Prefix-free codes are, and so are some others: {0, 01, 11} can be read, but only with hindsight.

    >>> uniquely_decodable(["0", "01", "11"]), uniquely_decodable(["0", "01", "10"])
    (True, False)
    """
    code = set(words)
    if len(code) < len(words) or "" in code:
        return False
    seen: set[str] = set()
    dangling = {b[len(a) :] for a in code for b in code if a != b and b.startswith(a)}
    while dangling:
        if dangling & code:
            return False
        seen |= dangling
        left_over = {b[len(a) :] for a in dangling for b in code if b.startswith(a)}
        left_over |= {a[len(b) :] for a in dangling for b in code if a.startswith(b)}
        dangling = left_over - seen
    return True
