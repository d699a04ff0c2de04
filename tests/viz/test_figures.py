import itertools
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import MultivariateNormal

from genbook import viz
from genbook.training import History


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context():
        viz.use_style()
        yield
        plt.close("all")


def pixels(ax):
    return ax.images[0].get_array().filled(np.nan) if np.ma.isMA(ax.images[0].get_array()) else ax.images[0].get_array()


@pytest.mark.parametrize("shape", [(5, 6, 4), (5, 1, 6, 4), (5, 3, 6, 4)])
def test_every_image_lies_whole_in_the_grid_in_reading_order(shape):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    x.view(5, -1)[:, 0] = torch.linspace(0, 1, 5)
    x[0].view(-1)[-1], x[1].view(-1)[-1] = 0.0, 1.0
    canvas = pixels(viz.image_grid(x, columns=3))
    colour = x[:, None].expand(5, 3, 6, 4) if x.dim() == 3 else x.expand(5, 3, 6, 4)
    gap = 1
    assert canvas.shape == (2 * (6 + gap) + gap, 3 * (4 + gap) + gap, 4)
    for i in range(5):
        top, left = gap + (i // 3) * (6 + gap), gap + (i % 3) * (4 + gap)
        cell = canvas[top : top + 6, left : left + 4]
        assert np.allclose(cell[..., :3], colour[i].permute(1, 2, 0), atol=1e-6)
        assert (cell[..., 3] == 1).all()
    assert (canvas[gap + 7 + 1 :, gap + 2 * 5 + 1 :, 3] == 0).all()  # the place of the missing sixth is transparent


def test_limits_fix_black_and_white_and_clip():
    x = torch.tensor([[[-4.0, 0.0], [8.0, 99.0]]])
    canvas = pixels(viz.image_grid(x, limits=(0, 16)))
    assert canvas[1:3, 1:3, 0].tolist() == [[0, 0], [0.5, 1]]


def test_a_grid_names_its_rows():
    ax = viz.image_grid(torch.rand(6, 8, 8), columns=3, labels=["data", "samples"], title="Which is which?")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["data", "samples"]
    assert ax.get_title(loc="left") == "Which is which?"
    with pytest.raises(ValueError, match="3 labels, expected 2"):
        viz.image_grid(torch.rand(6, 8, 8), columns=3, labels=["a", "b", "c"])


@settings(deadline=None, max_examples=25)
@given(shape=st.lists(st.integers(0, 4), min_size=0, max_size=5))
def test_any_other_shape_is_refused_in_one_sentence(shape):
    fits = min(shape, default=0) > 0 and (len(shape) == 3 or (len(shape) == 4 and shape[1] in (1, 3)))
    if fits:
        viz.image_grid(torch.rand(shape))
        plt.close("all")
    else:
        with pytest.raises(ValueError, match=r"x has shape"):
            viz.image_grid(torch.rand(shape))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_is_no_picture(bad):
    x = torch.zeros(2, 4, 4)
    x[1, 2, 3] = bad
    with pytest.raises(ValueError, match="1 NaN or infinite"):
        viz.image_grid(x)
    with pytest.raises(ValueError, match="1 NaN or infinite"):
        viz.matrix(x[1], xlabel="i", ylabel="j")
    with pytest.raises(ValueError, match="loss holds 1 NaN"):
        viz.curves({"loss": [1.0, bad]})


def test_words_are_no_picture():
    with pytest.raises(TypeError, match="expected numbers"):
        viz.image_grid(np.array([[["a"]]]))


def test_a_density_lies_where_its_mass_is():
    """A narrow Gaussian at (1, -2): the brightest cell of the picture is at its mean, and the height is its density."""
    normal = MultivariateNormal(torch.tensor([1.0, -2.0]), torch.diag(torch.tensor([0.04, 0.25])))
    ax = viz.density(normal.log_prob, (-3, 3, -4, 2), samples=normal.sample((50,)), cells=120, title="Narrow")
    image = ax.images[0]
    row, column = np.unravel_index(pixels(ax).argmax(), (120, 120))
    x0, x1, y0, y1 = image.get_extent()
    assert image.origin == "lower"
    assert (x0 + (column + 0.5) * (x1 - x0) / 120, y0 + (row + 0.5) * (y1 - y0) / 120) == pytest.approx(
        (1, -2), abs=0.03
    )
    assert pixels(ax).sum() * 0.05**2 == pytest.approx(1, abs=1e-3)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("$x_1$", "$x_2$", "Narrow")
    assert ax.get_legend().get_texts()[0].get_text() == "50 samples"
    assert any(other.get_ylabel() == "density" for other in ax.figure.axes)


def test_a_bad_density_is_refused():
    flat = lambda x: -x.square().sum(-1)  # noqa: E731
    with pytest.raises(ValueError, match="low < high"):
        viz.density(flat, (1, -1, 0, 1))
    with pytest.raises(ValueError, match="expected \\(N, 2\\)"):
        viz.density(flat, (-1, 1, -1, 1), samples=torch.zeros(5, 3))
    with pytest.raises(ValueError, match="the density holds"):
        viz.density(lambda x: x[:, 0].log(), (-1, 1, -1, 1))


def test_curves_carry_positions_names_units_and_baselines():
    ax = viz.curves(
        {"train": ([0, 10, 20], [3.0, 2.0, 1.0]), "valid": [3.0, 2.5]}, ylabel="nats", levels={"histogram": 2.2}
    )
    train, valid = ax.get_lines()[:2]
    assert train.get_xdata().tolist() == [0, 10, 20]
    assert valid.get_xdata().tolist() == [0, 1]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "nats")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["train", "valid"]
    assert ax.get_lines()[2].get_ydata() == [2.2, 2.2]
    assert "histogram" in [t.get_text() for t in ax.texts]


def test_a_history_is_drawn_as_running_mean_and_metrics():
    history = History()
    for step in range(100):
        history.add_loss(step, float(step % 2))
    history.add("valid", 50, 3.0)
    history.add("valid", 100, 2.0)
    loss, valid = viz.curves(history).get_lines()
    assert loss.get_xdata().tolist() == list(range(1, 100))
    assert np.allclose(loss.get_ydata(), 0.5)
    assert (valid.get_xdata().tolist(), valid.get_ydata().tolist()) == ([50, 100], [3.0, 2.0])
    with pytest.raises(ValueError, match="expected at least one entry"):
        viz.curves(History())


@pytest.mark.parametrize(
    "series", [{}, {"a": []}, {"a": ([1.0, 2.0], [1.0])}, {"a": torch.zeros(2, 3)}, {"a": torch.zeros(2, 2, 2)}]
)
def test_bad_curves_are_refused(series):
    with pytest.raises(ValueError, match="expected"):
        viz.curves(series)


def test_a_matrix_with_both_signs_is_centred_at_zero():
    ax = viz.matrix(torch.tensor([[1.0, -3.0]]), xlabel="input", ylabel="output", bar="derivative")
    assert ax.images[0].get_clim() == (-3, 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input", "output")
    assert any(other.get_ylabel() == "derivative" for other in ax.figure.axes)
    with pytest.raises(ValueError, match="expected \\(rows, columns\\)"):
        viz.matrix(torch.zeros(3), xlabel="i", ylabel="j")


def test_bars_stand_side_by_side():
    ax = viz.bars({"truth": torch.tensor([0.25, 0.75]), "model": torch.tensor([0.5, 0.5])}, names=["no", "yes"])
    boxes = [(b.get_x(), b.get_x() + b.get_width(), b.get_height()) for b in ax.patches]
    assert [h for *_, h in boxes] == [0.25, 0.75, 0.5, 0.5]
    spans = sorted((a, b) for a, b, _ in boxes)
    assert all(first[1] <= second[0] + 1e-9 for first, second in itertools.pairwise(spans))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["no", "yes"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("value", "probability")


@pytest.mark.parametrize(
    "tables", [{}, {"a": torch.ones(2), "b": torch.ones(3)}, {"a": -torch.ones(2)}, {"a": torch.ones(2, 2)}]
)
def test_bad_bars_are_refused(tables):
    with pytest.raises(ValueError, match="expected"):
        viz.bars(tables)
