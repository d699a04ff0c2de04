"""Range asymmetric numeral systems: arithmetic coding as a stack that is one big number (Duda 2013).

With integer frequencies f and cumulative sums c out of M = 2^bits, pushing a symbol maps the number s to
s' = (s // f) M + c + s mod f, which grows by a factor of about M / f, that is by log2(M / f) bits, the symbol's ideal
length. Popping inverts this exactly: s' mod M tells the symbol. What is pushed last is popped first.
"""

LOWEST = 1 << 31  # between operations LOWEST <= state < 2^63
WORD = 32  # bits moved between the state and the list at a time


class Rans:
    """A stack of symbols: `push` adds log2(2^bits / frequency) bits, `pop` takes them away again.

    The state stays below 2^63: whole 32-bit words spill into a list when it grows and come back when it shrinks.

    >>> stack = Rans(bits=2)              # frequencies 1, 3 out of 4
    >>> for start, frequency in [(1, 3), (0, 1), (1, 3)]:
    ...     stack.push(start, frequency)
    >>> stack.peek() < 1, stack.peek() >= 1
    (False, True)
    >>> stack.pop(1, 3)
    >>> stack.peek() < 1
    True
    """

    def __init__(self, bits: int):
        """Start empty; frequencies will be shares of 2^bits.

        Raises:
            ValueError: `bits` is not from 1 to 30.
        """
        if not 1 <= bits <= 30:
            raise ValueError(f"bits is {bits}, expected a whole number from 1 to 30: frequencies are shares of 2^bits.")
        self.bits = bits
        self.state = LOWEST
        self.words: list[int] = []

    def push(self, start: int, frequency: int) -> None:
        """Push the symbol whose share of [0, 2^bits) is [start, start + frequency), frequency >= 1."""
        if self.state >= ((LOWEST >> self.bits) << WORD) * frequency:
            self.words.append(self.state & 0xFFFFFFFF)
            self.state >>= WORD
        quotient, rest = divmod(self.state, frequency)
        self.state = (quotient << self.bits) + rest + start

    def peek(self) -> int:
        """Return a number from 0 to 2^bits - 1 that lies in the share of the symbol on top."""
        return self.state & ((1 << self.bits) - 1)

    def pop(self, start: int, frequency: int) -> None:
        """Remove the symbol on top, which the caller has recognised by `peek`.

        Raises:
            ValueError: the stack holds no more words although it needs one.
        """
        self.state = frequency * (self.state >> self.bits) + self.peek() - start
        if self.state < LOWEST:
            if not self.words:
                raise ValueError(
                    "the code ends before the message: it was written with another model, or is cut short."
                )
            self.state = (self.state << WORD) | self.words.pop()

    @property
    def empty(self) -> bool:
        """Whether everything that was pushed has been popped."""
        return self.state == LOWEST and not self.words

    def to_bytes(self) -> bytes:
        """Return the words and the state, 4 bytes a word and 8 for the state, lowest byte first."""
        return b"".join(word.to_bytes(4, "little") for word in self.words) + self.state.to_bytes(8, "little")

    @classmethod
    def from_bytes(cls, data: bytes, bits: int) -> "Rans":
        """Return the stack that `to_bytes` wrote.

        Raises:
            ValueError: the bytes cannot come from `to_bytes`.
        """
        if len(data) < 8 or len(data) % 4:
            raise ValueError(f"data has {len(data)} bytes, expected 8 and a multiple of 4: it is cut short.")
        stack = cls(bits)
        stack.words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data) - 8, 4)]
        stack.state = int.from_bytes(data[-8:], "little")
        if not LOWEST <= stack.state < 1 << 63:
            raise ValueError("the last 8 bytes of data hold no valid state: the data are damaged.")
        return stack
