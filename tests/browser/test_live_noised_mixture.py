"""The noised mixture under mouse, touch and keyboard."""

import re

import pytest
from playwright.sync_api import Locator, expect

from .live_page import drag, figure_html, live, slider_value, swipe

__all__ = ["live"]
NAME = "noised-mixture"
HANDLE = "Noisy value x_t"


def told(figure: Locator, what: str) -> float:
    """Return the number that the report gives after `what`."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(re.escape(what) + r" ([−\d.]+\d)", text)[1].replace("−", "-"))


def test_predict_then_take_all_signal_away(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("near the mean of all data").check()
        figure.get_by_label("Time t").press("End")
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_role("slider", name=HANDLE).press("Home")
        expect(figure.locator(".live-ask")).to_contain_text("Right. It lies at 0.2")
        assert told(figure, "/ α =") == pytest.approx(0.23, abs=0.03)
        assert opened.faults == []


def test_the_mouse_drags_the_noisy_value(live) -> None:
    with live(figure_html(NAME, 'data-x="-1.5"')) as opened:
        figure = opened.figure(NAME)
        before = told(figure, "/ α =")
        drag(figure.get_by_role("slider", name=HANDLE), 120)
        assert slider_value(figure, HANDLE) > -1.5
        assert told(figure, "At x_t =") == pytest.approx(slider_value(figure, HANDLE), abs=0.006)
        assert told(figure, "/ α =") > before + 0.3
        assert opened.faults == []


def test_the_keys_move_it_and_the_time(live) -> None:
    with live(figure_html(NAME, 'data-x="0.4" data-time="0.2"')) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("slider", name=HANDLE).press("ArrowRight")
        assert slider_value(figure, HANDLE) == pytest.approx(0.5)
        figure.get_by_label("Time t").press("ArrowLeft")
        assert told(figure, "t =") == pytest.approx(0.18)
        assert opened.faults == []


def test_a_finger_drags_it_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME, 'data-x="0.4"'), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        assert figure.locator(".live-drawing svg").bounding_box()["width"] <= 340
        swipe(figure.get_by_role("slider", name=HANDLE), -60)
        assert slider_value(figure, HANDLE) < 0
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
