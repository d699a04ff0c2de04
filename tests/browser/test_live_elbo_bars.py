"""The bars of the bound under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import drag, figure_html, live, slider_value, swipe

__all__ = ["live"]
NAME = "elbo-bars"
GO = "Let q climb to its best"


def balance(figure: Locator) -> tuple[float, float, float]:
    """Return bound, divergence and evidence as the report states them."""
    text = figure.locator(".live-report").inner_text().replace("\u2212", "-")
    return tuple(map(float, re.search(r"ELBO (\S+) plus KL (\S+) is log p\(x\) = (\S+) nats", text).groups()))


def test_predict_then_climb_in_a_bent_and_in_a_straight_world(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("it will vanish").check()
        figure.get_by_role("button", name=GO).click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so. The gap stays at 1.54 nats")
        figure.get_by_label("Bend of the decoder").press("Home")
        figure.get_by_label("it will vanish").check()
        figure.get_by_role("button", name=GO).click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. q has become the posterior")
        assert abs(slider_value(figure, "Mean of q") - 1.2) < 0.01
        figure.get_by_role("button", name="Put q back").click()
        assert slider_value(figure, "Mean of q") == 0
        assert opened.faults == []


def test_the_sum_stays_while_a_mouse_drags(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        truth = balance(figure)[2]
        for name, distance in (("Mean of q", 60), ("Standard deviation of q", -25)):
            before = slider_value(figure, name)
            drag(figure.get_by_role("slider", name=name), distance)
            assert abs(slider_value(figure, name) - before) > 0.2
            bound, gap, evidence = balance(figure)
            assert evidence == truth and abs(bound + gap - truth) < 0.011
        assert opened.faults == []


def test_the_climb_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME, 'data-mean="-2.5" data-scale="2"'), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        before = balance(figure)
        figure.get_by_role("button", name=GO).click()
        figure.get_by_role("button", name="Stop").click()
        figure.get_by_role("button", name=GO).click()
        expect(figure.locator(".live-ask")).to_contain_text("You had made no guess", timeout=20_000)
        assert balance(figure)[0] > before[0]
        assert opened.faults == []


def test_a_finger_drags_too(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.get_by_role("slider", name="Mean of q"), 40)
        assert slider_value(figure, "Mean of q") > 0.3
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_the_handles_and_the_world(live) -> None:
    with live(figure_html(NAME, 'data-x="0.5" data-bend="0"')) as opened:
        figure = opened.figure(NAME)
        mean = figure.get_by_role("slider", name="Mean of q")
        mean.press("ArrowRight")
        expect(mean).to_be_focused()
        expect(mean).to_have_attribute("aria-valuenow", "0.10")
        expect(figure.locator(".live-report")).to_contain_text("q has mean 0.10")
        before = balance(figure)
        figure.get_by_label("Observed x").press("ArrowRight")
        assert balance(figure)[2] < before[2]
        assert opened.faults == []
