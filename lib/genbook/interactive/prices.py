"""Exploring the dual of optimal transport: what moving a little mass costs, foretold by the prices."""

from io import BytesIO

import ipywidgets as widgets
import matplotlib.pyplot as plt
from torch import Tensor

from genbook.checks import check_batch
from genbook.gan import lipschitz_prices
from genbook.viz import COLORS, INK, use_style


def explore_prices(x: Tensor, p: Tensor, q: Tensor) -> widgets.Widget:
    """Return sliders that move mass of p from one point to another, and how W1 to q answers.

    x are the points (N,) of a line, in rising order, p and q masses (N,). The picture has both distributions and the
    prices f of the untouched problem; below stand W1 after the move and W1 as the prices foretell it.

    Raises:
        TypeError, ValueError: as `genbook.gan.lipschitz_prices`; also where x does not fit p.
    """
    check_batch(x, (), "x")
    if len(x) != len(p):
        raise ValueError(f"x has {len(x)} points and p has {len(p)} masses, expected equally many.")
    distance = (x[:, None] - x).abs().double()
    f, before = lipschitz_prices(p, q, distance)
    heaviest = int(p.argmax())
    source = widgets.IntSlider(value=heaviest, min=0, max=len(x) - 1, description="From point")
    target = widgets.IntSlider(value=int(q.argmax()), min=0, max=len(x) - 1, description="To point")
    share = widgets.FloatSlider(value=0.1, min=0.0, max=1.0, step=0.05, description="Share moved")
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        mass = share.value * p[source.value].double()
        moved = p.double().clone()
        moved[source.value] -= mass
        moved[target.value] += mass
        after = lipschitz_prices(moved, q, distance)[1]
        foretold = before + float(mass * (f[target.value] - f[source.value]))
        picture.value = _png(x, moved, q, f)
        words.value = f"W1 was = {before:.4f}; foretold by the prices {foretold:.4f}; it is = {after:.4f}"

    for control in (source, target, share):
        control.style.description_width = "7em"
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([source, target, share, picture, words])


def _png(x: Tensor, p: Tensor, q: Tensor, f: Tensor) -> bytes:
    """Return the masses at the left and the prices at the right."""
    with plt.rc_context():
        use_style()
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.4), layout="constrained")
        width = 0.35 * float(x.diff().abs().min())
        x, p, q, f = (t.numpy() for t in (x, p, q, f))
        left.bar(x - width / 2, p, width, color=COLORS[0], label="$p$")
        left.bar(x + width / 2, q, width, color=COLORS[1], hatch="//", label="$q$")
        left.set(xlabel="$x$", ylabel="mass")
        left.legend()
        right.plot(x, f, "o-", color=INK)
        right.set(xlabel="$x$", ylabel="price $f(x)$")
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
