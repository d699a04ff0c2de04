"""The divergences of the adversarial game under mouse, touch and keyboard."""

import re

from playwright.sync_api import expect

from .live_page import drag, figure_html, live, slider_value, swipe

__all__ = ["live"]
NAME = "gan-divergences"


def test_predict_then_follow_all_three_losses(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("all but minimax").check()
        figure.get_by_role("button", name="Follow minimax").click()
        expect(figure.locator(".live-ask")).to_contain_text("minimax: after 200 steps q still stands at 6.000")
        figure.get_by_role("button", name="Follow non-saturating").click()
        expect(figure.locator(".live-ask")).to_contain_text("non-saturating: q has arrived")
        figure.get_by_role("button", name="Follow Wasserstein").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. All but minimax brought q back")
        figure.get_by_role("button", name="Put q back").click()
        assert slider_value(figure, "Mean of q") == 6
        assert opened.faults == []


def test_a_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Follow Wasserstein").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="Follow Wasserstein")).to_be_visible()
        assert opened.faults == []


def test_mouse_and_keys_move_q_and_the_report_follows(live) -> None:
    with live(figure_html(NAME, 'data-mean="0" data-scale="0.5"')) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-report")).to_contain_text("The critic can only guess")
        drag(figure.get_by_role("slider", name="Mean of q"), 60)
        assert slider_value(figure, "Mean of q") > 1
        mean = figure.get_by_role("slider", name="Mean of q")
        mean.press("End")
        expect(figure.locator(".live-report")).to_contain_text("The critic is all but certain everywhere")
        expect(figure.locator(".live-report")).to_contain_text("JSD = 0.6931")
        figure.get_by_role("slider", name="Standard deviation of q").press("PageUp")
        assert slider_value(figure, "Standard deviation of q") == 1.5
        figure.get_by_label("Width of p").press("End")
        expect(figure.locator(".live-report")).to_contain_text("unsure where the densities overlap")
        assert opened.faults == []


def test_a_finger_drags_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME, 'data-mean="0"'), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.get_by_role("slider", name="Mean of q"), 40)
        assert slider_value(figure, "Mean of q") > 0.5
        assert re.search(r"W1 = [\d.]+", figure.locator(".live-report").inner_text())
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
