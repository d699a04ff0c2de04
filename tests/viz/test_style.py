"""The style promises contrast on white and on black, and colours that colour-blind readers tell apart."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from genbook import viz

WHITE, BLACK = "#ffffff", "#000000"

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(colour):
    c = np.array(mpl.colors.to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """The contrast ratio of WCAG 2."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb.clip(0, 1)
    f = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 0.008856))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context():
        viz.use_style()
        yield
        plt.close("all")


@pytest.mark.parametrize("page", [WHITE, BLACK])
def test_ink_and_colours_stand_out(page):
    assert contrast(viz.INK, page) >= 4.5
    for colour in viz.COLORS:
        assert contrast(colour, page) >= 3.0


def test_the_measure_of_contrast_can_fail():
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast("#56B4E9", WHITE) < 3.0


@pytest.mark.parametrize("kind", BLINDNESS)
def test_curves_differ_for_colour_blind_readers_in_colour_or_line(kind):
    """The first three colours differ by 15 in CIE Lab; all curves differ in their line as well."""
    seen = [lab(BLINDNESS[kind] @ linear(c)) for c in viz.COLORS]
    for a, b in itertools.combinations(seen[:3], 2):
        assert np.linalg.norm(a - b) > 15
    lines = [str(entry["linestyle"]) for entry in mpl.rcParams["axes.prop_cycle"]]
    assert len(set(lines)) == len(lines) == len(viz.COLORS)


def test_the_style_sheet_and_the_constants_agree():
    assert [e["color"] for e in mpl.rcParams["axes.prop_cycle"]] == list(viz.COLORS)
    for key in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "axes.titlecolor"):
        assert mpl.colors.to_hex(mpl.rcParams[key]) == viz.INK
    for key in ("figure.facecolor", "axes.facecolor", "savefig.facecolor"):
        assert mpl.rcParams[key] == "none"


def test_importing_viz_loads_no_model():
    import subprocess
    import sys

    code = "import sys, genbook.viz; print(sorted(m for m in sys.modules if m.startswith('genbook.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "genbook.viz.plots" in loaded
    for family in ("autoregressive", "vae", "flows", "diffusion", "gan", "ebm", "training", "evaluation"):
        assert f"genbook.{family}" not in loaded
