"""Cases of the chapter `flows`."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from genbook.flows import (
    PLU,
    ActNorm,
    BatchNorm,
    ContinuousFlow,
    Dequantised,
    Flow,
    Householder,
    LipschitzMLP,
    Logit,
    Planar,
    Radial,
    Residual,
    ResidualFlow,
    StandardLogistic,
    Sylvester,
    Triangular,
    UniformNoise,
    Velocity,
    cdf_flow,
    glow,
    iaf,
    maf,
    nice,
    random_rotation,
    realnvp,
    realnvp_images,
    spline_autoregressive,
    spline_coupling,
    start_from_data,
    variational_noise,
)
from genbook.nn import StandardNormal
from genbook.numerics import grid, rk4, seeded
from tests.cases import Case, lively

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


def _log_cell_mass(model: Dequantised, x: Tensor) -> Tensor:
    """Return the log of the mass that a dequantised flow of two variables puts on the cell of every row."""
    places, area = grid([0.0] * 2, [1.0 / model.levels] * 2, 100)
    with torch.no_grad():
        return torch.stack(
            [model.flow.log_prob((row / model.levels + places).to(x)).double().logsumexp(0) for row in x]
        ) + math.log(area)


def _dequantised(variational: bool) -> Case:
    """A flow of two variables as a model of four levels, with uniform or learned noise."""
    with seeded(30):
        inner = lively(realnvp(2, layers=4, hidden=(8,)), 2.0)
        noise = variational_noise(2, 4, hidden=(8,)) if variational else UniformNoise()
        with torch.no_grad():
            for p in noise.parameters():
                p.add_(0.1 * torch.randn_like(p))
        flow = Flow(inner.base, [Logit(), *inner.transform.transforms])
        model = Dequantised(flow, noise, (2,), levels=4).eval()
    batch = torch.tensor([[0.0, 3.0], [1.0, 1.0], [2.0, 0.0], [3.0, 3.0], [0.0, 2.0]])
    return Case(model, batch, log_evidence=lambda x: _log_cell_mass(model, x))


def _nice(base: nn.Module) -> Case:
    """NICE over two variables, additive couplings and a scale."""
    with seeded(31):
        model = lively(nice(2, layers=4, hidden=(8,), base=base), 2.0)
        model.transform.transforms[-1].log_scale.data = torch.tensor([0.4, -0.3])
        batch = torch.randn(5, 2)
    return Case(
        model, batch, box=([-60.0] * 2, [60.0] * 2) if isinstance(base, StandardLogistic) else ([-20.0] * 2, [20.0] * 2)
    )


def _realnvp(normalisation: Callable[[int], nn.Module] | None = None) -> Case:
    """RealNVP over two variables; ActNorm has been started from data, batch norm has seen some."""
    with seeded(32):
        model = lively(realnvp(2, layers=4, hidden=(8,), normalisation=normalisation), 0.8)
        x = 0.5 + 0.8 * torch.randn(200, 2)
        start_from_data(model, x)
        model.train()
        for _ in range(5):
            model(x)
        batch = torch.randn(5, 2)
    return Case(model.eval(), batch, box=([-25.0] * 2, [25.0] * 2))


def _image_flow(build: Callable[[], Flow]) -> Case:
    """A flow over images of one channel and 4x4 pixels, away from its start as the identity."""
    with seeded(33):
        model = build()
        with torch.no_grad():
            for p in model.parameters():
                p.add_(0.1 * torch.randn_like(p))
        batch = torch.randn(5, 1, 4, 4)
    return Case(model.eval(), batch)


def _layers(layer: Callable[[], nn.Module], dim: int) -> Case:
    """Three layers with twice the parameters that they start with."""
    with seeded(0):
        flow = Flow(StandardNormal(dim), [layer() for _ in range(3)])
    box = ([-12.0] * 2, [12.0] * 2) if dim == 2 else None
    return Case(_scaled(flow, 2.0), _points(5, dim), box=box)


def _residual(dim: int, reach: float = 0.0) -> Case:
    with seeded(0):
        blocks = [Residual(LipschitzMLP(dim, (16,), 0.8)) for _ in range(2)]
        flow = ResidualFlow(StandardNormal(dim), blocks)
    return Case(_scaled(flow, 3.0), _points(5, dim), box=([-reach] * dim, [reach] * dim) if reach else None)


def _scaled(model: nn.Module, scale: float) -> nn.Module:
    """Return `model` with its parameters scaled, on its way from training to evaluation mode."""
    for p in model.parameters():
        p.data.mul_(scale)
    return model.train().eval()


def _points(rows: int, dim: int) -> Tensor:
    with seeded(1):
        return torch.randn(rows, dim)


def _repeatable(build: Callable[[], Case]) -> Case:
    """Build the same case every time: what a network is drawn from is part of the case."""
    with seeded(0):
        return build()


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
    "nice": lambda: _nice(StandardNormal(2)),
    "nice/logistic": lambda: _nice(StandardLogistic(2)),
    "realnvp": _realnvp,
    "realnvp/actnorm": lambda: _realnvp(ActNorm),
    "realnvp/batchnorm": lambda: _realnvp(BatchNorm),
    "realnvp/image": lambda: _image_flow(lambda: realnvp_images((1, 4, 4), width=8)),
    "glow": lambda: _image_flow(lambda: glow((1, 4, 4), steps=2, width=8)),
    "dequantisation": lambda: _dequantised(variational=False),
    "dequantisation/variational": lambda: _dequantised(variational=True),
    "planar": lambda: _layers(lambda: Planar(4), 4),
    "planar/2d": lambda: _layers(lambda: Planar(2), 2),
    "planar/radial": lambda: _layers(lambda: Radial(2), 2),
    "planar/sylvester": lambda: _layers(lambda: Sylvester(5, 3), 5),
    "planar/sylvester-2d": lambda: _layers(lambda: Sylvester(2, 2), 2),
    "residual-flow": lambda: _residual(4),
    "residual-flow/2d": lambda: _residual(2, 15.0),
}
CASES = {key: partial(_repeatable, build) for key, build in CASES.items()}
