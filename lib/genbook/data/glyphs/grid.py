"""Glyphs in every combination of chosen factors: a small world whose causes are known and independent."""

import torch
from torch import Tensor

from genbook.checks import check_finite
from genbook.data.glyphs.factors import RANGES, Factors


def factor_grid(**values: Tensor) -> Factors:
    """Return the factors of every combination of the given values, the last one named changing fastest.

    Each value is a tensor (V,): int64 for label, font and colour, floating for the others. A factor that is not named
    stays at 0 if it counts things and in the middle of `RANGES` otherwise.

    Raises:
        TypeError: a name is no factor, or its values are no tensor of the dtype of that factor.
        ValueError: values are no non-empty tensor (V,), or hold NaN.

    >>> grid = factor_grid(label=torch.tensor([0, 1]), x=torch.tensor([-0.1, 0.0, 0.1]))
    >>> grid.label.tolist(), grid.x.shape
    ([0, 0, 0, 1, 1, 1], torch.Size([6]))
    """
    for name, value in values.items():
        _check(name, value)
    sizes = [len(value) for value in values.values()]
    places = torch.cartesian_prod(torch.arange(1), *(torch.arange(size) for size in sizes)).view(-1, len(sizes) + 1)
    named = {name: value[places[:, i]] for i, (name, value) in enumerate(values.items(), 1)}
    return Factors(*(named.get(name, _middle(name).expand(len(places))) for name in Factors._fields))


def _middle(name: str) -> Tensor:
    return torch.tensor(sum(RANGES[name]) / 2) if name in RANGES else torch.tensor(0)


def _check(name: str, value: Tensor) -> None:
    """Raise unless `value` holds values of the factor `name`."""
    if name not in Factors._fields:
        raise TypeError(f"{name} is no factor, expected one of {', '.join(Factors._fields)}.")
    kind = "floating" if name in RANGES else "int64"
    if not isinstance(value, Tensor) or (value.is_floating_point() if kind == "int64" else value.dtype == torch.int64):
        raise TypeError(f"{name} is {value!r}, expected a {kind} tensor (V,) of values.")
    if value.dim() != 1 or len(value) == 0:
        raise ValueError(f"{name} has shape {tuple(value.shape)}, expected (V,) with at least one value.")
    check_finite(value, name)
