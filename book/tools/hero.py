"""Draw the picture of the front page, `book/static/hero.svg`: two moons, noise, and a map between them.

Each data point is joined to the noise point that the optimal assignment gives it, so the lines are a real
transport map.

Usage: python book/tools/hero.py
"""

from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

TARGET = Path(__file__).resolve().parents[1] / "static" / "hero.svg"
POINTS = 260
WIDTH, HEIGHT = 960, 300
SCALE = 62.0


def two_moons(generator: np.random.Generator) -> np.ndarray:
    """Return points of two interleaved half circles, centred and of unit scale, shape (POINTS, 2)."""
    angle = generator.uniform(0, np.pi, POINTS)
    upper = generator.random(POINTS) < 0.5
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    points = np.stack([x, -y], axis=1) * 1.35
    return points + 0.07 * generator.standard_normal(points.shape)


def main() -> None:
    """Write the picture."""
    generator = np.random.default_rng(3)
    x = two_moons(generator)
    z = generator.standard_normal((POINTS, 2)) * 0.85
    rows, columns = linear_sum_assignment(cdist(x, z, "sqeuclidean"))
    left = x[rows] * SCALE + [190, HEIGHT / 2]
    right = z[columns] * SCALE + [WIDTH - 190, HEIGHT / 2]
    lines, dots = [], []
    for (a, b), (c, d) in zip(left, right, strict=True):
        lines.append(f"M{a:.0f} {b:.0f}C{a + 190:.0f} {b:.0f} {c - 190:.0f} {d:.0f} {c:.0f} {d:.0f}")
        dots.append(
            f'<circle class="x" cx="{a:.0f}" cy="{b:.0f}" r="3"/><circle class="z" cx="{c:.0f}" cy="{d:.0f}" r="3"/>'
        )
    TARGET.write_text(
        f'<svg class="hero" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Points in the shape of two moons '
        'on the left, Gaussian noise on the right, and thin curves that join each data point to one noise point">\n'
        f'<path class="map" d="{"".join(lines)}"/>\n{"".join(dots)}\n'
        f'<text class="name" x="190" y="{HEIGHT - 6}">data x</text>\n'
        f'<text class="name" x="{WIDTH - 190}" y="{HEIGHT - 6}">noise z</text>\n</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
