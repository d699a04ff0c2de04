"""Invertible maps as parts: a chain of them, and one read backwards."""

from collections.abc import Sequence

from torch import Tensor, nn

from genbook.protocols import Transform


def check_transform(transform: Transform, name: str = "a transform") -> None:
    """Raise TypeError unless `transform` is a module that maps both ways."""
    if not (isinstance(transform, nn.Module) and isinstance(transform, Transform)):
        raise TypeError(
            f"{name} is a {type(transform).__name__}, expected a module with forward(x) and inverse(z), "
            "each of which returns a tensor and a log-determinant."
        )


def check_variables(x: Tensor, variables: int, name: str = "x") -> None:
    """Raise unless `x` is a floating tensor of shape (B, variables, ...) with B >= 1: a vector, or an image by channel.

    Raises:
        TypeError: `x` is not a tensor, or not of a floating dtype.
        ValueError: the shape does not fit, or the batch is empty.
    """
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = f"of dtype {x.dtype}" if isinstance(x, Tensor) else f"a {type(x).__name__}"
        raise TypeError(f"{name} is {kind}, expected a floating tensor of shape (B, {variables}, ...).")
    if x.dim() < 2 or x.shape[1] != variables or not len(x):
        raise ValueError(
            f"{name} has shape {tuple(x.shape)}, expected (B, {variables}, ...) with B >= 1: one row an example, "
            "then the variables or channels that the transform was built for."
        )


class Chain(nn.Module):
    """Transforms one after the other: the first one meets the data, and volume changes multiply.

    A condition c (B, C) goes to every transform, as a second argument; without one they get none.

    >>> import torch
    >>> z, log_det = Chain([])(torch.ones(3, 2))
    >>> log_det
    tensor([0., 0., 0.])
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        """Keep the transforms in the order from data to noise."""
        super().__init__()
        for transform in transforms:
            check_transform(transform)
        self.transforms = nn.ModuleList(transforms)

    def forward(self, x: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return z and the sum of all log-determinants: (B, *event) -> (B, *event), (B,)."""
        log_dets = []
        for transform in self.transforms:
            x, log_det = transform(x, *_given(c))
            log_dets.append(log_det)
        return x, sum(log_dets) if log_dets else x.new_zeros(len(x))

    def inverse(self, z: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return x and the log-determinant of the inverse: (B, *event) -> (B, *event), (B,)."""
        log_dets = []
        for transform in reversed(self.transforms):
            z, log_det = transform.inverse(z, *_given(c))
            log_dets.append(log_det)
        return z, sum(log_dets) if log_dets else z.new_zeros(len(z))


class Inverse(nn.Module):
    """A transform read backwards: what was its cheap direction is now the direction of samples.

    >>> import torch
    >>> from genbook.flows import Permutation
    >>> turned = Inverse(Permutation(torch.tensor([2, 0, 1])))
    >>> turned(turned.inverse(torch.tensor([[1.0, 2.0, 3.0]]))[0])[0]
    tensor([[1., 2., 3.]])
    """

    def __init__(self, transform: Transform) -> None:
        """Keep the transform whose directions are swapped."""
        super().__init__()
        check_transform(transform, "transform")
        self.transform = transform

    def forward(self, x: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the transform's inverse of x, and its log-determinant."""
        return self.transform.inverse(x, *_given(c))

    def inverse(self, z: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the transform's value at z, and its log-determinant."""
        return self.transform(z, *_given(c))


def _given(c: Tensor | None) -> tuple[Tensor, ...]:
    """Return the arguments that follow x: a condition if there is one."""
    return () if c is None else (c,)
