"""Characters as numbers, and long texts as rows of equal length."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count

ALPHABET = "\n" + "".join(map(chr, range(32, 127)))


class Vocabulary:
    """A fixed alphabet: the token of a character is its place in the string `characters`.

    Raises:
        TypeError, ValueError: `characters` is not a string, is empty, or holds a character twice.

    >>> Vocabulary("abc").encode("cab")
    tensor([2, 0, 1])
    """

    def __init__(self, characters: str = ALPHABET) -> None:
        if not isinstance(characters, str):
            raise TypeError(f"characters is a {type(characters).__name__}, expected a string.")
        if not characters or len(set(characters)) != len(characters):
            raise ValueError(f"characters is {characters!r}, expected different characters, at least one.")
        self.characters = characters
        codes = _codes(characters)
        self._token_of_code = np.full(codes.max() + 1, -1, dtype=np.int64)
        self._token_of_code[codes] = np.arange(len(codes))

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """Return the vocabulary of the characters that occur in `text`, sorted."""
        if not isinstance(text, str) or not text:
            raise ValueError(f"text is {text!r}, expected a string of at least one character.")
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        """Return the number of characters."""
        return len(self.characters)

    def encode(self, text: str) -> Tensor:
        """Return the tokens of `text`, (T,), int64.

        Raises:
            TypeError: `text` is not a string.
            ValueError: `text` is empty, or holds a character outside the vocabulary.
        """
        if not isinstance(text, str):
            raise TypeError(f"text is a {type(text).__name__}, expected a string.")
        if not text:
            raise ValueError("text is empty, expected at least one character.")
        codes = _codes(text)
        known = codes < len(self._token_of_code)
        tokens = np.where(known, self._token_of_code[np.where(known, codes, 0)], -1)
        if tokens.min() < 0:
            place = int((tokens < 0).argmax())
            raise ValueError(
                f"text holds {text[place]!r} at position {place}, expected one of the {len(self)} characters of the "
                "vocabulary: replace it, or build a vocabulary with Vocabulary.of(text)."
            )
        return torch.from_numpy(tokens)

    def decode(self, tokens: Tensor | Sequence[int]) -> str:
        """Return the text of tokens of shape (T,).

        Raises:
            TypeError, ValueError: not whole numbers of shape (T,), or one outside 0..len - 1.

        >>> Vocabulary("abc").decode([2, 0, 1])
        'cab'
        """
        tokens = torch.as_tensor(tokens)
        if tokens.is_floating_point() or tokens.dtype == torch.bool:
            raise TypeError(f"tokens have dtype {tokens.dtype}, expected int64.")
        if tokens.dim() != 1:
            raise ValueError(f"tokens have shape {tuple(tokens.shape)}, expected (T,): decode one text at a time.")
        wrong = tokens[(tokens < 0) | (tokens >= len(self))]
        if len(wrong):
            raise ValueError(f"tokens hold {wrong[0].item()}, expected whole numbers from 0 to {len(self) - 1}.")
        return "".join(self.characters[token] for token in tokens.tolist())


def windows(tokens: Tensor, length: int) -> Tensor:
    """Cut tokens of shape (T,) into pieces of `length`, (T // length, length), in order; the rest is left out.

    Raises:
        ValueError: `tokens` is not of shape (T,), or shorter than `length`.

    >>> windows(torch.arange(7), 3)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if not isinstance(tokens, Tensor) or tokens.dim() != 1 or not len(tokens):
        raise ValueError(f"tokens have shape {tuple(getattr(tokens, 'shape', ()))}, expected a tensor of shape (T,).")
    check_count(length, "length", most=len(tokens))
    return tokens[: len(tokens) // length * length].reshape(-1, length)


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
