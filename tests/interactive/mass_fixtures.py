"""The spline of the mass map, its inverse and the density of x, as genbook computes them."""

from typing import Any

import torch

from genbook.flows import Flow, RationalQuadratic
from genbook.flows.elementwise import Elementwise
from genbook.nn import StandardNormal
from genbook.numerics import seeded

SPLINE = RationalQuadratic(bins=4, bound=3.0)


def mass_map() -> dict[str, Any]:
    """Return a case a spline: its knots, the map both ways, its slope and log p(x) in and out of the box."""
    cases = {}
    for number, spread in enumerate((0.0, 0.5, 1.0, 2.0, 4.0)):
        with seeded(number):
            layer = Elementwise(SPLINE, 1, spread).double()
        flow = Flow(StandardNormal(1), [layer]).double()
        points = torch.linspace(-4, 4, 41, dtype=torch.float64)[:, None]
        with torch.no_grad():
            x, z, slope = SPLINE.knots(layer.params[0])
            forward, log_slope = layer(points)
            cases[str(number)] = {
                "knots": {"x": x.tolist(), "z": z.tolist(), "slope": slope.tolist()},
                "points": points[:, 0].tolist(),
                "forward": forward[:, 0].tolist(),
                "slope": log_slope.exp().tolist(),
                "inverse": layer.inverse(points)[0][:, 0].tolist(),
                "log_prob": flow.log_prob(points).tolist(),
            }
    return cases
