"""Cases of the chapter `flows`."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from genbook.flows import (
    PLU,
    ContinuousFlow,
    Flow,
    Householder,
    Triangular,
    Velocity,
    cdf_flow,
    iaf,
    maf,
    random_rotation,
    spline_autoregressive,
    spline_coupling,
)
from genbook.nn import StandardNormal
from genbook.numerics import rk4, seeded
from tests.cases import Case

_WIDE = ([-9.0, -9.0], [9.0, 9.0])


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


def _cdf_flow() -> Case:
    return Case(_stirred(cdf_flow(4, -3.0, 3.0)), _points(6, 1), box=([-60.0], [60.0]))


def _linear_plu() -> Case:
    with seeded(0):
        return Case(_stirred(Flow(StandardNormal(2), [PLU(random_rotation(2))])), _points(6, 2), box=_WIDE)


def _linear_qr() -> Case:
    with seeded(0):
        return Case(_stirred(Flow(StandardNormal(2), [Triangular(2), Householder(2, 2)])), _points(6, 2), box=_WIDE)


def _spline_coupling() -> Case:
    return Case(_stirred(spline_coupling(5, layers=3, hidden=(16, 16), bins=5, bound=3.0)), 2 * _points(8, 5))


def _spline_coupling_plane() -> Case:
    return Case(_stirred(spline_coupling(2, layers=2, hidden=(8,), bins=4, bound=3.0)), _points(6, 2), box=_WIDE)


def _spline_autoregressive() -> Case:
    return Case(_stirred(spline_autoregressive(5, layers=2, hidden=(16,), bins=5, bound=3.0)), 2 * _points(8, 5))


def _spline_autoregressive_plane() -> Case:
    return Case(_stirred(spline_autoregressive(2, layers=2, hidden=(8,), bins=4, bound=3.0)), _points(6, 2), box=_WIDE)


def _ffjord() -> Case:
    with seeded(0):
        flow = ContinuousFlow(StandardNormal(2), Velocity(2, (12,)), partial(rk4, steps=50))  # far below 1e-6
    return Case(_stirred(flow), _points(4, 2))


def _points(rows: int, dim: int) -> Tensor:
    with seeded(1):
        return torch.randn(rows, dim)


CASES: dict[str, Callable[[], Case]] = {
    "maf": _maf,
    "maf/2d": _maf_plane,
    "iaf": _iaf,
    "iaf/2d": _iaf_plane,
    "ffjord": _ffjord,
    "cdf-flow": _cdf_flow,
    "linear-flow/plu": _linear_plu,
    "linear-flow/qr": _linear_qr,
    "spline": _spline_coupling,
    "spline/2d": _spline_coupling_plane,
    "spline/autoregressive": _spline_autoregressive,
    "spline/autoregressive-2d": _spline_autoregressive_plane,
}
