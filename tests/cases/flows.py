"""Cases of the chapter `flows`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.flows import iaf, maf
from genbook.numerics import seeded
from tests.cases import Case


def _stirred(model: nn.Module, scale: float = 0.3) -> nn.Module:
    """Return `model` in evaluation mode with noise on its parameters: read-outs that begin at zero now matter."""
    with seeded(0), torch.no_grad():
        for p in model.parameters():
            p.add_(scale * torch.randn_like(p))
    return model.eval()


def _maf() -> Case:
    return Case(_stirred(maf(5, layers=3, hidden=(16, 16))), _points(6, 5))


def _maf_plane() -> Case:
    return Case(_stirred(maf(2, layers=2, hidden=(8,)), 0.2), _points(6, 2), box=([-12.0] * 2, [12.0] * 2))


def _iaf() -> Case:
    return Case(_stirred(iaf(4, layers=2, hidden=(12,))), _points(6, 4))


def _iaf_plane() -> Case:
    return Case(_stirred(iaf(2, layers=2, hidden=(8,)), 0.2), _points(6, 2), box=([-9.0] * 2, [9.0] * 2))


def _points(rows: int, dim: int) -> Tensor:
    with seeded(1):
        return torch.randn(rows, dim)


CASES: dict[str, Callable[[], Case]] = {
    "maf": _maf,
    "maf/2d": _maf_plane,
    "iaf": _iaf,
    "iaf/2d": _iaf_plane,
}
