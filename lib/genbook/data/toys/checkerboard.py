"""The checkerboard: a density with edges that no smooth model can follow exactly."""

import math

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite


class Checkerboard:
    """The uniform density on the dark squares of a `squares` x `squares` board, [-half_width, half_width]^2.

    A square is dark where the sum of its column and row is even, counted from the lower left corner. On a light square
    and off the board `log_prob` is -inf.

    Raises:
        TypeError, ValueError: `squares` is not a whole number from 2 to 1000, or `half_width` is not above 0.

    >>> Checkerboard().log_prob(torch.tensor([[0.5, 0.5], [0.5, -0.5]]))
    tensor([-3.4657,    -inf])
    """

    measure = "lebesgue"

    def __init__(self, squares: int = 4, half_width: float = 4.0) -> None:
        check_count(squares, "squares", most=1000)
        if squares < 2 or not (math.isfinite(half_width) and half_width > 0):
            raise ValueError(f"squares is {squares} and half_width is {half_width}, expected at least 2 and above 0.")
        self.squares, self.half_width = squares, float(half_width)
        self.side = 2 * self.half_width / squares
        column, row = torch.meshgrid(torch.arange(squares), torch.arange(squares), indexing="ij")
        self.dark = torch.stack([column, row], -1)[(column + row) % 2 == 0]  # (K, 2)
        self.extent = (-self.half_width, self.half_width, -self.half_width, self.half_width)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, 2) -> (B,): one constant on the dark squares, -inf elsewhere.

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, 2), or holds a NaN.
        """
        check_batch(x, (2,))
        check_finite(x)
        square = ((x + self.half_width) / self.side).floor()  # (B, 2)
        on_board = ((square >= 0) & (square < self.squares)).all(-1)
        inside = on_board & (square.sum(-1) % 2 == 0)
        log_density = -math.log(len(self.dark) * self.side**2)
        return torch.where(inside, log_density, -math.inf).to(x)

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, 2)."""
        check_count(n)
        corner = self.dark[torch.randint(len(self.dark), (n,))]  # (n, 2)
        return (corner + torch.rand(n, 2)) * self.side - self.half_width
