"""The orbits of two players under mouse, touch and keyboard."""

import re

import pytest
from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "game-orbits"


def told(figure: Locator, words: str) -> float:
    """Return the number that follows `words` in the report."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(words + r" ([\d.]+\d)", text)[1])


@pytest.mark.parametrize(
    ("method", "guess", "radius"),
    [
        ("simultaneous", "run away", 1.0198),
        ("alternating", "keep its distance", 1.0),
        ("extragradient", "come in", 0.9806),
    ],
)
def test_predict_then_run_a_method(live, method, guess, radius) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label(method).check()
        assert told(figure, "Spectral radius") == radius
        figure.get_by_label(guess).check()
        figure.get_by_role("button", name="Run 200 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. The orbit")
        expect(figure.locator(".live-report")).to_contain_text("After 200 steps")
        assert opened.faults == []


def test_r1_brings_the_dirac_gan_in(live) -> None:
    with live(figure_html(NAME, 'data-game="minimax" data-method="simultaneous"'), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        assert told(figure, "Spectral radius") > 1
        figure.get_by_label("Weight of R1").press("PageUp")
        assert told(figure, "Spectral radius") < 1
        figure.get_by_role("button", name="Run 200 steps").click()
        assert told(figure, "at a distance of") < 0.01
        figure.get_by_role("button", name="Back to the start").click()
        expect(figure.locator(".live-report")).to_contain_text("After 0 steps")
        figure.get_by_role("button", name="One step").press("Enter")
        expect(figure.locator(".live-report")).to_contain_text("After 1 steps")
        assert opened.faults == []


def test_a_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Run 200 steps").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="Run 200 steps")).to_be_visible()
        assert opened.faults == []


def test_mouse_and_keys_move_the_start(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        box = figure.locator("svg[role=img]").bounding_box()
        mouse = opened.page.mouse
        mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        mouse.down()
        mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.27 * box["height"], steps=4)
        mouse.up()
        assert [figure.get_by_label(f"Start {letter}").input_value() for letter in "θφ"] == ["-1.5", "1.5"]
        mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
        assert figure.get_by_label("Start θ").input_value() == "-1.5"
        figure.get_by_label("Start φ").press("ArrowDown")
        expect(figure.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("from -1.5, 1.4 to"))
        assert opened.faults == []


def test_a_finger_moves_the_start_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        box = figure.locator("svg[role=img]").bounding_box()
        assert box["width"] <= 340
        opened.page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.27 * box["height"])
        assert figure.get_by_label("Start φ").input_value() == "1.5"
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
