"""Glyphs: exact pixel shares against counting, frames, factors, captions, prefixes, and a cache that trusts nothing."""

import itertools
import math
from importlib import import_module

import matplotlib
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as Curve

from genbook.data import cache
from genbook.data.glyphs import (
    COLOURS,
    FONTS,
    RANGES,
    Factors,
    captions,
    coverage,
    dataset,
    draw_factors,
    glyph_outlines,
    glyph_strokes,
    glyphs,
    moving_glyphs,
    outline,
    render,
)
from genbook.data.glyphs.fonts import DRAWABLE
from genbook.data.glyphs.render import check_factors, outlines_of, placed


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GENBOOK_CACHE", str(tmp_path))
    return tmp_path


def plain(**given_factors):
    """Factors with the middle of every range, except what is given."""
    n = max(len(value) for value in given_factors.values())
    middle = {name: torch.full((n,), sum(RANGES[name]) / 2) for name in RANGES}
    zero = {name: torch.zeros(n, dtype=torch.int64) for name in ("label", "font", "colour")}
    return Factors(**{**zero, **middle, **given_factors})


def area(polygon, following):
    a, b = polygon, polygon[following]
    return 0.5 * (b[:, 0] * a[:, 1] - a[:, 0] * b[:, 1]).sum()  # positive for clockwise with y up


def counted(pixels, polygon, size, fine=32):
    """Covered share of each pixel by counting fine x fine points by the even-odd rule of matplotlib's paths."""
    at = (np.arange(size * fine) + 0.5) / fine
    points = np.stack(np.meshgrid(at, at), -1).reshape(-1, 2)
    inside = np.zeros(len(points), dtype=int)
    for index in range(polygon[-1] + 1):
        inside += Curve(pixels[polygon == index]).contains_points(points)
    return (inside % 2).reshape(size, fine, size, fine).mean((1, 3))


@pytest.mark.parametrize(("character", "font"), [("8", "sans"), ("A", "roman"), ("Q", "times"), ("g", "typewriter")])
def test_pixels_hold_the_covered_share(character, font):
    shape = outline(character, font)
    turn = np.array([[math.cos(0.3), -math.sin(0.3)], [math.sin(0.3), math.cos(0.3)]])
    pixels = shape.points @ turn * [6.3, -6.3] + 8.17
    exact = coverage(pixels, pixels[shape.following], np.zeros(len(pixels), int), 1, 16)[0]
    assert np.abs(exact - counted(pixels, shape.polygon, 16)).max() < 0.02  # 32 x 32 points a pixel
    assert exact.sum() == pytest.approx(area(shape.points, shape.following) * 6.3**2, rel=1e-9)


def test_coverage_of_a_square_is_known_by_hand():
    corners = np.array([[0.5, 0.25], [2.0, 0.25], [2.0, 1.5], [0.5, 1.5]])  # clockwise on screen
    shares = coverage(corners, np.roll(corners, -1, 0), np.zeros(4, int), 1, 3)[0]
    np.testing.assert_allclose(shares, [[0.375, 0.75, 0], [0.25, 0.5, 0], [0, 0, 0]], atol=1e-12)


def test_coverage_cuts_at_the_frame_and_keeps_images_apart():
    corners = np.array([[-5.0, -5.0], [1.0, -5.0], [1.0, 9.0], [-5.0, 9.0]])
    right = np.array([1.5, 0.0])
    both = np.concatenate([corners, corners + right])
    ends = np.concatenate([np.roll(corners, -1, 0), np.roll(corners, -1, 0) + right])
    shares = coverage(both, ends, np.repeat([0, 1], 4), 2, 4)
    np.testing.assert_allclose(shares[0], np.tile([1.0, 0, 0, 0], (4, 1)), atol=1e-12)
    np.testing.assert_allclose(shares[1], np.tile([1.0, 1, 0.5, 0], (4, 1)), atol=1e-12)


def test_chunks_change_nothing(monkeypatch):
    factors = draw_factors(20)
    whole = render(factors)
    monkeypatch.setattr(import_module("genbook.data.glyphs.raster"), "MOST_CELLS", 28 * 37)
    monkeypatch.setattr(import_module("genbook.data.glyphs.render"), "CHUNK", 7)
    assert torch.equal(render(factors), whole)


def test_every_outline_has_outer_polygons_clockwise_and_fits_the_unit_circle():
    holes = {"0": 1, "8": 2, "A": 1, "B": 2, "C": 0, "L": 0, "i": 0}
    for font, character in itertools.product(FONTS, DRAWABLE):
        shape = outline(character, font)
        assert area(shape.points, shape.following) > 0
        assert np.hypot(*shape.points.T).max() == pytest.approx(1)
        if character in holes and font != "mono":  # its zero is dotted
            signs = []
            for index in range(shape.polygon[-1] + 1):
                polygon = shape.points[shape.polygon == index]
                signs.append(area(polygon, np.roll(np.arange(len(polygon)), -1)) < 0)
            assert sum(signs) == holes[character], (character, font)


def test_all_glyphs_stay_inside_the_frame_for_all_extremes():
    labels, fonts = (
        torch.arange(len(DRAWABLE)).repeat(len(FONTS)),
        torch.arange(len(FONTS)).repeat_interleave(len(DRAWABLE)),
    )
    names = [name for name in RANGES if name != "rotation"]
    for corner in itertools.product(*(RANGES[name] for name in names)):
        for rotation in np.linspace(*RANGES["rotation"], 3):
            fixed = {name: torch.full((len(labels),), value) for name, value in zip(names, corner, strict=True)}
            factors = plain(label=labels, font=fonts, rotation=torch.full((len(labels),), float(rotation)), **fixed)
            values = check_factors(factors, DRAWABLE)
            assert np.abs(placed(outlines_of(values, DRAWABLE), values)[0]).max() < 1


def test_factors_do_what_their_names_say():
    def moments(**factors):
        x = render(plain(**factors), size=64)[:, 0]
        mass = x.sum((1, 2))
        at = torch.arange(64) + 0.5 - 32
        right, up = (x.sum(1) * at).sum(1) / mass, -(x.sum(2) * at).sum(1) / mass
        return mass, right, up

    three = torch.tensor([21, 21, 21])  # L
    mass, _, _ = moments(label=three, thickness=torch.tensor([0.0, 0.05, 0.1]))
    assert mass[0] < mass[1] < mass[2]
    mass, _, _ = moments(label=three, scale=torch.tensor([0.3, 0.6, 0.9]), thickness=torch.zeros(3))
    torch.testing.assert_close(mass / mass[0], torch.tensor([1.0, 4.0, 9.0]), rtol=5e-3, atol=0)
    _, right, up = moments(label=three, x=torch.tensor([0.0, 0.1, 0.0]), y=torch.tensor([0.0, 0.0, 0.1]))
    torch.testing.assert_close(right - right[0], torch.tensor([0.0, 6.4, 0.0]), rtol=0, atol=0.02)
    torch.testing.assert_close(up - up[0], torch.tensor([0.0, 0.0, 6.4]), rtol=0, atol=0.02)
    upright, turned = render(plain(label=three[:2], rotation=torch.tensor([0.0, math.pi / 2])))[:, 0]
    assert (torch.rot90(upright) - turned).abs().max() <= 1
    straight, leaning = render(plain(label=torch.tensor([18, 18]), slant=torch.tensor([0.0, 0.3])), size=64)[:, 0]  # I
    assert (leaning[:24].sum(0) * torch.arange(64)).sum() > (straight[:24].sum(0) * torch.arange(64)).sum()


def test_factors_are_uniform_and_independent():
    factors = draw_factors(20_000, seed=3)
    for name, (low, high) in RANGES.items():
        value = getattr(factors, name)
        assert value.min() >= low and value.max() <= high
        assert value.mean() == pytest.approx((low + high) / 2, abs=4 * (high - low) / math.sqrt(12 * 20_000))
    assert (torch.bincount(factors.label, minlength=36) - 20_000 / 36).abs().max() < 5 * math.sqrt(20_000 / 36)
    assert len(factors.font.unique()) == len(FONTS) and len(factors.colour.unique()) == len(COLOURS)
    correlation = torch.corrcoef(torch.stack([value.double() for value in factors])) - torch.eye(9)
    assert correlation.abs().max() < 0.035


@given(n=st.integers(1, 30), more=st.integers(0, 30), seed=st.integers(0, 2**63 - 1))
def test_fewer_glyphs_are_a_prefix_of_more(n, more, seed):
    few, many = draw_factors(n, seed), draw_factors(n + more, seed)
    assert all(torch.equal(a, b[:n]) for a, b in zip(few, many, strict=True))


def test_images_are_whole_levels_and_a_prefix():
    few, many = glyphs(20, size=16, seed=4), glyphs(50, size=16, seed=4)
    assert torch.equal(few.x, many.x[:20]) and few.captions == many.captions[:20]
    assert (
        few.x.dtype == torch.float32 and few.x.min() == 0 and few.x.max() == 255 and torch.equal(few.x, few.x.round())
    )
    assert not torch.equal(few.x, glyphs(20, size=16, seed=5).x)
    assert few.y is few.factors.label and few.to("meta").x.device.type == few.to("meta").y.device.type == "meta"


def test_colours_are_those_of_the_factor():
    data = glyphs(60, colour=True)
    brightest = data.x.flatten(2).max(-1).values  # (n, 3)
    expected = torch.tensor(list(COLOURS.values())).float()[data.factors.colour]
    full = glyphs(60).x.flatten(1).max(-1).values == 255
    assert full.sum() > 20 and torch.equal(brightest[full], expected[full])
    assert all(list(COLOURS)[c] in text for c, text in zip(data.factors.colour.tolist(), data.captions, strict=True))


def test_captions_name_every_factor():
    ends = plain(
        **{name: torch.tensor([low, high]) for name, (low, high) in RANGES.items()}, label=torch.tensor([7, 10])
    )
    assert captions(ends) == [
        "a small thin sans digit 7, leaning left, turned right, at the bottom left",
        "a large bold sans capital A, leaning right, turned left, at the top right",
    ]
    assert captions(plain(label=torch.tensor([0])), "q", colour=True)[0].startswith(
        "a medium regular white sans lower-case q"
    )


def test_a_second_call_reads_the_file_and_a_damaged_file_is_drawn_again(own_cache, monkeypatch):
    first = glyphs(10, size=16).x
    (file,) = own_cache.glob("*.cache")
    with monkeypatch.context() as patch:
        patch.setattr(dataset, "render", lambda *_: pytest.fail("the kept images were not used"))
        assert torch.equal(glyphs(10, size=16).x, first)
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[-1] ^= 1
    for damaged in (whole[:-1], bytes(flipped), b"", b"not an array"):
        file.write_bytes(damaged)
        assert torch.equal(glyphs(10, size=16).x, first)
        assert file.read_bytes() == whole
    assert list(own_cache.iterdir()) == [file]  # no partial files are left


@pytest.mark.parametrize("change", ["VERSION", "matplotlib"])
def test_another_version_is_another_file(own_cache, monkeypatch, change):
    glyphs(2, size=16)
    monkeypatch.setattr(*((dataset, "VERSION", 0) if change == "VERSION" else ("matplotlib.__version__", "0")))
    glyphs(2, size=16)
    assert len(list(own_cache.glob("*.cache"))) == 2


def test_an_interrupted_write_leaves_no_file(own_cache, monkeypatch):
    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(cache.os, "replace", full_disk)
    assert glyphs(3, size=16).x.shape == (3, 1, 16, 16)
    assert list(own_cache.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_failure(own_cache, monkeypatch):
    (own_cache / "file").write_text("")
    monkeypatch.setenv("GENBOOK_CACHE", str(own_cache / "file" / "below"))
    assert glyphs(3, size=16).x.shape == (3, 1, 16, 16)


@pytest.mark.skipif(not matplotlib.__version__.startswith("3.11."), reason="the picture is known for matplotlib 3.11")
def test_the_known_image():
    """The same picture on any machine with the locked matplotlib: the sum of levels of twenty glyphs, and one row."""
    x = render(draw_factors(20, seed=0), size=28)
    assert x.sum().item() == 416984.0
    assert x[2, 0, 14].int().tolist() == [
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        193,
        255,
        156,
        0,
        0,
        0,
        0,
        149,
        255,
        234,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ]


def test_outlines_lie_on_the_polygons_and_are_evenly_spaced():
    factors = draw_factors(30)
    points = glyph_outlines(factors, points=100)
    assert points.shape == (30, 100, 2) and points.abs().max() < 1
    values = check_factors(factors, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    outlines = outlines_of(values, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    vertices, glyph = placed(outlines, values)
    for i in range(30):
        a = torch.tensor(vertices[glyph == i]).float()
        side = a[outlines[i].following] - a
        away = points[i][:, None] - a  # distance from each point to each side
        t = ((away * side).sum(-1) / side.square().sum(-1)).clamp(0, 1)
        assert (away - t[..., None] * side).norm(dim=-1).min(1).values.max() < 1e-5


def test_strokes_add_up_to_closed_polygons():
    data = glyph_strokes(draw_factors(30), steps=64)
    assert data.x.shape == (30, 64, 3) and set(data.x[..., 2].unique().tolist()) == {0.0, 1.0}
    assert (data.x[:, -1, 2] == 1).all() and data.y.shape == (30,)
    for move, label in zip(data.x, data.y.tolist(), strict=True):
        at, ends = move[:, :2].cumsum(0), (move[:, 2] == 1).nonzero()[:, 0].tolist()
        assert len(ends) <= 3 and (len(ends) == 3) <= (label in (0, 8, 11))  # a dotted 0, an 8, a B
        for begin, end in zip([0, *(e + 1 for e in ends[:-1])], ends, strict=True):
            torch.testing.assert_close(at[begin], at[end], atol=1e-5, rtol=0)


def test_moving_glyphs_drift_bounce_and_stay_inside():
    data = moving_glyphs(12, frames=60, size=20, seed=2)
    assert data.x.shape == (12, 60, 1, 20, 20)
    borders = torch.cat([data.x[..., 0, :].flatten(), data.x[..., -1].flatten()])
    assert borders.max() < 255 and data.position.abs().max() <= 0.16 + 1e-6
    shift = data.position.diff(dim=1).abs()  # a frame without a bounce moves by the velocity
    speed = data.velocity.abs()[:, None].expand_as(shift)
    assert (shift <= speed + 1e-6).all() and ((shift - speed).abs() < 1e-5).float().mean() > 0.6
    torch.testing.assert_close(data.rotation.diff(dim=1), data.spin[:, None].expand(12, 59), atol=1e-5, rtol=0)
    torch.testing.assert_close(data.x[:, 0], render(data.factors, size=20))
    assert torch.equal(moving_glyphs(5, frames=60, size=20, seed=2).x, data.x[:5])


WHOLE = st.one_of(
    st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.text(), st.integers(min_value=10**9)
)


@given(bad=WHOLE)
def test_bad_counts_and_sizes(bad):
    for call in (
        glyphs,
        draw_factors,
        moving_glyphs,
        lambda v: glyphs(1, size=v),
        lambda v: moving_glyphs(1, frames=v),
    ):
        with pytest.raises((TypeError, ValueError), match="expected") as caught:
            call(bad)
        assert "\n" not in str(caught.value)
    with pytest.raises((TypeError, ValueError), match="expected"):
        glyph_outlines(draw_factors(1), points=bad)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"size": 7}, ValueError),
        ({"seed": -1}, ValueError),
        ({"seed": 1.0}, TypeError),
        ({"colour": "red"}, TypeError),
        ({"characters": ""}, ValueError),
        ({"characters": "AA"}, ValueError),
        ({"characters": "A é"}, ValueError),
        ({"characters": ["A"]}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match="expected"):
        glyphs(2, **arguments)


@pytest.mark.parametrize(
    "change",
    [
        {"label": torch.tensor([36, 0])},
        {"label": torch.tensor([-1, 0])},
        {"label": torch.tensor([0.5, 0.0])},
        {"font": torch.tensor([7, 0])},
        {"scale": torch.tensor([0.0, 0.5])},
        {"slant": torch.tensor([math.nan, 0.0])},
        {"x": torch.zeros(3)},
        {"x": torch.zeros(2, 1)},
    ],
)
def test_bad_factors(change):
    for call in (render, captions, glyph_outlines, glyph_strokes):
        with pytest.raises(ValueError, match="expected"):
            call(draw_factors(2)._replace(**change))


def test_what_is_no_factors_is_refused():
    with pytest.raises(TypeError, match="expected Factors"):
        render(torch.zeros(3))
    with pytest.raises(ValueError, match="expected one of sans"):
        outline("A", "comic")
    with pytest.raises(ValueError, match="expected one ASCII"):
        outline("AB", "sans")
