"""The tug-of-war between two divergences under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import drag, figure_html, live, middle, slider_value, swipe

__all__ = ["live"]
NAME = "kl-tug-of-war"


def prices(figure: Locator) -> list[float]:
    """Return KL(p || q) and KL(q || p) as the report states them."""
    return [
        float(number)
        for number in re.findall(r"KL\(.‖.\) = ([\d.]+) nats", figure.locator(".live-report").inner_text())
    ]


def test_predict_then_let_go_under_both(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("onto the left mode").nth(1).check()
        figure.get_by_role("button", name="Let go under KL(q‖p)").click()
        expect(figure.locator(".live-ask")).to_contain_text(
            "Right. KL(q‖p) came to rest on the left mode, at 0.916 nats"
        )
        figure.get_by_label("onto the right mode").nth(0).check()
        figure.get_by_role("button", name="Let go under KL(p‖q)").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so. KL(p‖q) came to rest between the modes")
        assert abs(slider_value(figure, "Mean of q") - 0.5) < 0.01
        assert abs(slider_value(figure, "Standard deviation of q") - 2.52) < 0.01
        figure.get_by_role("button", name="Put q back").click()
        assert slider_value(figure, "Mean of q") == -0.7
        assert opened.faults == []


def test_the_descent_is_animated_can_be_stopped_and_lowers_the_price(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        before = prices(figure)
        figure.get_by_role("button", name="Let go under KL(p‖q)").click()
        expect(figure.get_by_role("button", name="Stop")).to_be_visible()
        expect(figure.locator(".live-ask")).to_contain_text("You had made no prediction", timeout=20_000)
        expect(figure.get_by_role("button", name="Stop")).to_have_count(0)
        assert prices(figure)[0] < before[0]
        figure.get_by_role("button", name="Let go under KL(q‖p)").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="Let go under KL(q‖p)")).to_be_visible()
        assert opened.faults == []


def test_mouse_drags_mean_and_width(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        mean = figure.get_by_role("slider", name="Mean of q")
        for name, distance in (("Mean of q", 60), ("Standard deviation of q", 25)):
            before = slider_value(figure, name)
            drag(figure.get_by_role("slider", name=name), distance)
            assert slider_value(figure, name) > before + 0.3
        drag(mean, -middle(mean)[0])
        assert slider_value(figure, "Mean of q") == -4.5
        mouse.move(middle(mean)[0] + 100, middle(mean)[1])
        assert slider_value(figure, "Mean of q") == -4.5
        assert opened.faults == []


def test_a_finger_drags_too(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.get_by_role("slider", name="Mean of q"), 40)
        assert slider_value(figure, "Mean of q") > 0
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_the_handles_and_the_report_follows(live) -> None:
    with live(figure_html(NAME, 'data-mean="0" data-scale="1"')) as opened:
        figure = opened.figure(NAME)
        mean, width = (figure.get_by_role("slider", name=name) for name in ("Mean of q", "Standard deviation of q"))
        mean.press("ArrowRight")
        expect(mean).to_be_focused()
        expect(mean).to_have_attribute("aria-valuenow", "0.10")
        mean.press("End")
        expect(figure.locator(".live-report")).to_contain_text("q has mean 4.50")
        width.press("PageUp")
        expect(width).to_have_attribute("aria-valuenow", "2.00")
        expect(figure.locator(".live-report")).to_contain_text("standard deviation 2.00")
        figure.get_by_label("Distance of the modes").press("Home")
        figure.get_by_role("button", name="Let go under KL(p‖q)").click()
        expect(figure.locator(".live-report")).to_contain_text("The two densities almost agree", timeout=20_000)
        assert opened.faults == []
