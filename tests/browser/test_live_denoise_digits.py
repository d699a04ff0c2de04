"""The denoiser under mouse, touch and keyboard; what it draws is what genbook computes."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "denoise-digits"
SCRIBBLE = "[aria-label='your scribble'] .live-square"


def inks(figure: Locator) -> list[int]:
    """Return the ink of every square of the scribble."""
    labels = figure.locator(SCRIBBLE).evaluate_all("nodes => nodes.map((n) => n.getAttribute('aria-label'))")
    return [int(re.search(r"ink (\d+)", label)[1]) for label in labels]


def test_predict_denoise_and_read_the_verdict(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-report")).to_contain_text("is loaded when you press")
        figure.get_by_label("its rough shape").check()
        figure.get_by_role("button", name="Denoise").click()
        expect(figure.locator(".live-ask")).to_contain_text("The correlation of digit and scribble is")
        expect(figure.locator(".live-ask strong")).to_have_text(re.compile("Right|Not so"))
        expect(figure.locator(".live-report")).to_contain_text("Step 25 of 25: t = 0.00, signal × 1.00, noise × 0.00")
        assert opened.faults == []


def test_little_noise_keeps_the_scribble_and_pure_noise_asks_nothing(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        strength = figure.get_by_role("slider", name="Strength: noise up to t")
        strength.focus()
        opened.page.keyboard.press("Home")
        expect(figure.locator(".live-ask")).to_contain_text("up to t = 0.10")
        figure.get_by_role("button", name="Denoise").click()
        expect(figure.locator(".live-ask")).to_contain_text("too little noise")
        figure.get_by_label("pure noise").check()
        expect(figure.locator(".live-ask")).to_contain_text("nothing to keep")
        figure.get_by_label("3", exact=True).check()
        figure.get_by_role("button", name="Denoise").click()
        expect(figure.locator(".live-report")).to_contain_text("Step 25 of 25")
        assert opened.faults == []


def test_paint_with_mouse_and_keyboard(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Clear").click()
        assert inks(figure) == [0] * 64
        figure.locator(SCRIBBLE).nth(20).click()
        figure.get_by_label("grey").check()
        figure.locator(SCRIBBLE).first.focus()
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            opened.page.keyboard.press(key)
        found = inks(figure)
        assert (found[20], found[9], sum(found)) == (16, 8, 24)
        assert opened.faults == []


def test_a_walk_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Denoise").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.locator(".live-report")).to_contain_text(re.compile(r"Step \d+ of 25"))
        assert opened.faults == []


def test_paint_with_a_finger_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Clear").tap()
        figure.locator(SCRIBBLE).nth(27).tap()
        assert inks(figure)[27] == 16
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
