"""What autograd keeps for the backward pass, counted in bytes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class Saved:
    """A running count of the bytes that graphs hold; parameters and other tensors that live anyway count once."""

    def __init__(self) -> None:
        """Start at zero."""
        self.holders: dict[int, tuple[int, int]] = {}  # storage -> (graph nodes that hold it, its bytes)

    @property
    def bytes(self) -> int:
        """Bytes that are held now."""
        return sum(size for _, size in self.holders.values())

    def change(self, tensor: Tensor, by: int) -> None:
        """Note that one node more, or less, holds the storage of a tensor."""
        storage = tensor.untyped_storage()
        key = storage.data_ptr()
        count = self.holders.get(key, (0, 0))[0] + by
        if count:
            self.holders[key] = (count, storage.nbytes())
        else:
            self.holders.pop(key, None)


class _Held:
    """A tensor in a graph; when the graph is gone, so is its share of the count."""

    def __init__(self, tensor: Tensor, saved: Saved) -> None:
        self.tensor, self.saved = tensor.detach(), saved  # detached: a result that held itself would never go
        saved.change(tensor, 1)

    def __del__(self) -> None:
        self.saved.change(self.tensor, -1)


@contextmanager
def saved_for_backward() -> Iterator[Saved]:
    """Count what is kept for the backward pass of everything computed inside: `saved.bytes` says how much is held now.

    >>> w = torch.ones(1000, requires_grad=True)
    >>> with saved_for_backward() as saved:
    ...     y = (w * w).exp()
    >>> saved.bytes  # w, and the result of exp, in four bytes a number
    8000
    >>> del y
    >>> saved.bytes
    0
    """
    saved = Saved()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: _Held(t, saved), lambda held: held.tensor):
        yield saved
