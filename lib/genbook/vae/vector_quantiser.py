"""Vector quantisation: the nearest code, a gradient that jumps over it, and two ways to move the codebook."""

from typing import NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_count

MOST = 2**16  # codes


class Quantised(NamedTuple):
    """What a quantiser makes of encoder outputs z_e (B, C, *grid).

    codes: (B, *grid), int64; vectors: (B, C, *grid), the values of the codes with the gradient of z_e; penalty: (B,),
    what training adds to the loss of every example.
    """

    codes: Tensor
    vectors: Tensor
    penalty: Tensor


class Quantiser(Protocol):
    """A finite set of `size` vectors of `width` numbers, and a map from encoder outputs to its members."""

    size: int
    width: int

    def __call__(self, z_e: Tensor) -> Quantised:
        """Quantise encoder outputs (B, C, *grid); in training mode the codebook may move."""
        ...

    def codes(self, z_e: Tensor) -> Tensor:
        """Return the codes of encoder outputs: (B, C, *grid) -> (B, *grid), int64; nothing moves."""
        ...

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors of codes: (B, *grid) -> (B, C, *grid)."""
        ...


def nearest(z_e: Tensor, codebook: Tensor) -> Tensor:
    """Return argmin_k |z_e - e_k|: z_e (B, C, *grid), codebook (K, C) -> (B, *grid), int64 (van den Oord 2017, eq. 1).

    >>> nearest(torch.tensor([[0.2], [0.9]]), torch.tensor([[0.0], [1.0]]))
    tensor([0, 1])
    """
    if z_e.dim() < 2 or z_e.shape[1] != codebook.shape[1]:
        raise ValueError(
            f"z_e has shape {tuple(z_e.shape)}, expected (B, {codebook.shape[1]}, *grid): the vectors of the codebook "
            f"have {codebook.shape[1]} numbers."
        )
    centre = codebook.mean(0)  # distances do not change, and rounding stays small far from the origin
    rows, e = z_e.movedim(1, -1) - centre, codebook - centre  # (B, *grid, C), (K, C)
    return (e.square().sum(1) - 2 * rows @ e.T).argmin(-1)  # |z_e|^2 is the same for every k


def lookup(codes: Tensor, codebook: Tensor) -> Tensor:
    """Return e_k for every code: codes (B, *grid), codebook (K, C) -> (B, C, *grid) (van den Oord 2017, eq. 2)."""
    return F.embedding(codes, codebook).movedim(-1, 1)


def straight_through(z_e: Tensor, e: Tensor) -> Tensor:
    """Return the values of `e` with the gradient of `z_e`, as if quantisation were the identity (Bengio et al. 2013).

    >>> z_e = torch.tensor([0.2], requires_grad=True)
    >>> z_q = straight_through(z_e, torch.tensor([1.0]))
    >>> (3 * z_q).sum().backward()
    >>> z_q.item(), z_e.grad.item()
    (1.0, 3.0)
    """
    return e.detach() + (z_e - z_e.detach())  # the bracket is exactly zero


def gap(a: Tensor, b: Tensor) -> Tensor:
    """Return the squared distance |a - b|^2 of every example, summed over its places: (B, C, *grid) -> (B,)."""
    return (a - b).square().flatten(1).sum(1)


def codebook_perplexity(codes: Tensor, size: int) -> Tensor:
    """Return exp(H) of how often each of `size` codes occurs, shape (): between 1 (one code) and `size` (all alike).

    >>> codebook_perplexity(torch.tensor([0, 1, 0, 1]), size=512)
    tensor(2.)
    """
    check_count(size, "size", most=MOST)
    if codes.dtype != torch.int64 or not codes.numel() or int(codes.min()) < 0 or int(codes.max()) >= size:
        raise ValueError(f"codes are {codes.dtype} of shape {tuple(codes.shape)}, expected int64 from 0 to {size - 1}.")
    p = torch.bincount(codes.flatten(), minlength=size) / codes.numel()  # (K,)
    return torch.special.entr(p).sum().exp()


class VectorQuantiser(nn.Module):
    """A codebook that learns by gradient (van den Oord et al. 2017, eq. 3).

    The penalty is |sg[z_e] - e|^2 + commitment |z_e - sg[e]|^2, summed over the places of an example (the paper
    averages over them): the first term moves the codes to the encoder, the second the encoder to the codes.

    Raises:
        TypeError, ValueError: size or width is no whole number of at least 1, or commitment is negative.

    >>> VectorQuantiser(size=16, width=2)(torch.zeros(3, 2, 4, 4)).codes.shape
    torch.Size([3, 4, 4])
    """

    def __init__(self, size: int, width: int, commitment: float = 0.25) -> None:
        """Draw the codes from a standard normal."""
        super().__init__()
        _check(size, width, commitment)
        self.size, self.width, self.commitment = size, width, commitment
        self.codebook = nn.Parameter(torch.randn(size, width))

    def codes(self, z_e: Tensor) -> Tensor:
        """Return the nearest codes: (B, C, *grid) -> (B, *grid)."""
        return nearest(z_e, self.codebook)

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors of codes: (B, *grid) -> (B, C, *grid)."""
        return lookup(codes, self.codebook)

    def forward(self, z_e: Tensor) -> Quantised:
        """Quantise (B, C, *grid)."""
        codes = self.codes(z_e)
        e = self.lookup(codes)
        penalty = gap(z_e.detach(), e) + self.commitment * gap(z_e, e.detach())
        return Quantised(codes, straight_through(z_e, e), penalty)


class EMAQuantiser(nn.Module):
    """A codebook of running means (van den Oord et al. 2017, appendix A.1): k-means on a moving stream.

    In training mode every call counts how many outputs chose a code and sums them up; `counts` and `sums` forget by
    `decay` a call, and a code is their ratio. A code whose count has fallen under `revive_below` uses a call is moved
    to a random output of the batch (Dhariwal et al. 2020). The penalty is the commitment alone.

    Raises:
        TypeError, ValueError: a size is no whole number of at least 1, commitment is negative, or decay or
            revive_below is not in [0, 1).

    >>> quantiser = EMAQuantiser(size=2, width=1, decay=0.0)
    >>> _ = quantiser.codebook.copy_(torch.tensor([[0.0], [10.0]]))
    >>> _ = quantiser(torch.tensor([[1.0], [3.0], [8.0]]))
    >>> quantiser.codebook.tolist()
    [[2.0], [8.0]]
    """

    codebook: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(
        self, size: int, width: int, commitment: float = 0.25, decay: float = 0.99, revive_below: float = 0.1
    ) -> None:
        """Draw the codes from a standard normal; each begins as if it had been used once a call."""
        super().__init__()
        _check(size, width, commitment)
        if not (0 <= decay < 1 and 0 <= revive_below < 1):
            raise ValueError(f"decay is {decay} and revive_below {revive_below}, expected numbers from 0 to below 1.")
        self.size, self.width, self.commitment = size, width, commitment
        self.decay, self.revive_below = decay, revive_below
        self.register_buffer("codebook", torch.randn(size, width))
        self.register_buffer("counts", torch.ones(size))
        self.register_buffer("sums", self.codebook.clone())

    def codes(self, z_e: Tensor) -> Tensor:
        """Return the nearest codes: (B, C, *grid) -> (B, *grid)."""
        return nearest(z_e, self.codebook)

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors of codes: (B, *grid) -> (B, C, *grid)."""
        return lookup(codes, self.codebook)

    def forward(self, z_e: Tensor) -> Quantised:
        """Quantise (B, C, *grid), then move the codebook if in training mode."""
        codes = self.codes(z_e)
        e = self.lookup(codes)
        if self.training:
            self.update(z_e, codes)
        return Quantised(codes, straight_through(z_e, e), self.commitment * gap(z_e, e))

    @torch.no_grad()
    def update(self, z_e: Tensor, codes: Tensor) -> None:
        """Move every code that was chosen towards the mean of what chose it, and revive the dead."""
        rows, codes = z_e.movedim(1, -1).flatten(0, -2), codes.flatten()  # (N, C), (N,)
        counts = torch.zeros_like(self.counts).index_add_(0, codes, torch.ones_like(rows[:, 0]))
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(torch.zeros_like(self.sums).index_add_(0, codes, rows), 1 - self.decay)
        ratio = self.sums / self.counts.unsqueeze(1)
        self.codebook.copy_(torch.where(self.counts.unsqueeze(1) > torch.finfo(ratio.dtype).tiny, ratio, self.codebook))
        dead = (self.counts < self.revive_below).unsqueeze(1)  # (K, 1)
        new = rows[torch.randint(len(rows), (self.size,), device=rows.device)]  # (K, C)
        for place in (self.codebook, self.sums):
            place.copy_(torch.where(dead, new, place))
        self.counts.masked_fill_(dead.squeeze(1), 1.0)


def _check(size: int, width: int, commitment: float) -> None:
    check_count(size, "size", most=MOST)
    check_count(width, "width", most=MOST)
    if not commitment >= 0:
        raise ValueError(f"commitment is {commitment}, expected a number of at least 0.")
