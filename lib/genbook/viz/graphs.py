"""Graphs of computations: what is computed, what is drawn at random, and where the gradient ends."""

from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes

from genbook.viz.style import BLUE, INK, VERMILION, axes_or_new


def graph(
    nodes: Mapping[str, tuple[float, float]],
    arrows: Sequence[tuple[str, str]],
    *,
    drawn: Collection[str] = (),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw nodes at their places (1 apart is a good distance) with arrows between them, and return the axes.

    Nodes in `drawn` are random: circles, and arrows into or out of noise carry no gradient. An arrow that ends at a
    random node, or starts at one that nothing leads to, is dotted.

    Raises:
        ValueError: an arrow or `drawn` names no node.
    """
    unknown = ({name for pair in arrows for name in pair} | set(drawn)) - set(nodes)
    if unknown or not nodes:
        raise ValueError(f"the names {sorted(unknown)} are no nodes, expected some of {sorted(nodes)}.")
    ax = axes_or_new(ax, (4.2, 2.1))
    for name, place in nodes.items():
        edge, shape = (VERMILION, "circle,pad=0.45") if name in drawn else (INK, "round,pad=0.45")
        box = {"boxstyle": shape, "facecolor": "none", "edgecolor": edge, "linewidth": 1.6}
        ax.text(*place, name, ha="center", va="center", bbox=box)
    led_to = {end for _, end in arrows}
    for start, end in arrows:
        blocked = end in drawn or (start in drawn and start not in led_to)
        style = {"color": VERMILION, "linestyle": ":"} if blocked else {"color": BLUE}
        arrow = {"arrowstyle": "-|>", "shrinkA": 19, "shrinkB": 19, "linewidth": 1.8, **style}
        ax.annotate("", nodes[end], nodes[start], arrowprops=arrow)
    x, y = zip(*nodes.values(), strict=True)
    ax.set(xlim=(min(x) - 0.5, max(x) + 0.5), ylim=(min(y) - 0.4, max(y) + 0.4), title=title)
    ax.axis("off")
    return ax
