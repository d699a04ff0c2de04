"""The mass map under mouse, touch and keyboard: densities move, the mass stays."""

import re

from playwright.sync_api import Locator, expect

from .live_page import drag, figure_html, live, middle, slider_value, swipe

__all__ = ["live"]
NAME = "mass-map"


def numbers(figure: Locator) -> tuple[float, float]:
    """Return the total mass and the highest density of x as the report states them."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"= ([\d.]+)\.", text)[1]), float(re.search(r"highest value is ([\d.]+),", text)[1])


def test_predict_then_steepen(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        assert numbers(figure) == (1.0, 0.4)
        figure.get_by_label("higher").check()
        figure.get_by_role("button", name="Make it three times as steep").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. The density at x = 0 rose from 0.399 to 1.197")
        assert numbers(figure)[0] == 1.0 and numbers(figure)[1] >= 1.2
        figure.get_by_label("the same").check()
        figure.get_by_role("button", name="Make it three times as steep").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so.")
        figure.get_by_role("button", name="Straighten").click()
        assert numbers(figure) == (1.0, 0.4)
        assert opened.faults == []


def test_the_steepening_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        press = figure.get_by_role("button", name="Make it three times as steep")
        press.click()
        expect(figure.locator(".live-ask")).to_contain_text("You had made no prediction", timeout=20_000)
        press.click()
        figure.get_by_role("button", name="Stop").click()
        expect(press).to_be_visible()
        assert opened.faults == []


def test_mouse_drags_a_knot_both_ways_and_it_stays_between_its_neighbours(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        knot = figure.get_by_role("slider", name="Place of knot 2")
        x, y = middle(knot)
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 20, y - 60, steps=4)
        mouse.up()
        assert 0.1 < slider_value(figure, "Place of knot 2") < 0.6
        assert float(re.search(r"z (\S+),", knot.get_attribute("aria-valuetext"))[1]) > 0.6
        assert numbers(figure)[0] == 1.0
        drag(knot, 2000)
        assert abs(slider_value(figure, "Place of knot 2") - 1.05) < 1e-6
        assert numbers(figure)[0] == 1.0 and opened.faults == []


def test_a_finger_drags_too(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.get_by_role("slider", name="Place of knot 2"), 25)
        assert slider_value(figure, "Place of knot 2") > 0.3
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_and_bend_a_knot(live) -> None:
    with live(figure_html(NAME, 'data-steep="2"')) as opened:
        figure = opened.figure(NAME)
        knot = figure.get_by_role("slider", name="Place of knot 1")
        knot.press("ArrowRight")
        knot.press("ArrowUp")
        expect(knot).to_be_focused()
        expect(knot).to_have_attribute("aria-valuetext", "x −1.15, z −1.15, slope 1.00")
        knot.press("PageUp")
        expect(knot).to_have_attribute("aria-valuetext", "x −1.15, z −1.15, slope 1.25")
        figure.get_by_label("Slope at knot 2").press("Home")
        expect(figure.get_by_role("slider", name="Place of knot 2")).to_have_attribute(
            "aria-valuetext", "x 0.00, z 0.00, slope 0.10"
        )
        assert numbers(figure)[0] == 1.0 and opened.faults == []
