"""Pushing an energy down under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "push-down"


def log_z(figure: Locator) -> float:
    """Return log Z as the report states it."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"log Z = ([−\d.]+)", text)[1].replace("−", "-"))


def likelihood(figure: Locator) -> float:
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"mean log p of the data = ([−\d.]+)", text)[1].replace("−", "-"))


def test_predict_then_push_without_the_negative_phase(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("on one place only").check()
        figure.get_by_label("Negative phase", exact=True).uncheck()
        before = log_z(figure)
        for _ in range(2):
            figure.get_by_role("button", name="60 pushes").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. The mass is on one place only")
        expect(figure.locator(".live-report")).to_contain_text("After 120 pushes")
        assert log_z(figure) > before + 5
        assert opened.faults == []


def test_with_the_negative_phase_the_likelihood_climbs_and_z_stays(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        before = likelihood(figure)
        figure.get_by_role("button", name="60 pushes").click()
        assert likelihood(figure) > before + 1
        assert abs(log_z(figure)) < 12
        figure.get_by_role("button", name="Back to flat").click()
        expect(figure.locator(".live-report")).to_contain_text("After 0 pushes: Z = 61.0")
        assert opened.faults == []


def test_a_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="60 pushes").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="60 pushes")).to_be_visible()
        expect(figure.locator(".live-report")).to_contain_text(re.compile(r"After \d+ pushes"))
        assert opened.faults == []


def test_the_mouse_and_the_keyboard_move_a_datum(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        drawing = figure.locator("svg[role=img]")
        box = drawing.bounding_box()
        opened.page.mouse.click(box["x"] + box["width"] - 13, box["y"] + 80)
        assert figure.get_by_label("Datum 3").input_value() == "3"
        figure.get_by_label("Datum 1").press("ArrowRight")
        assert figure.get_by_label("Datum 1").input_value() == "-1.6"
        expect(drawing).to_have_attribute("aria-label", re.compile("data at -1.6, -0.8, 3.0"))
        figure.get_by_role("button", name="One push").press("Enter")
        expect(figure.locator(".live-report")).to_contain_text("After 1 pushes")
        assert opened.faults == []


def test_a_finger_moves_a_datum_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        box = figure.locator("svg[role=img]").bounding_box()
        assert box["width"] <= 340
        opened.page.touchscreen.tap(box["x"] + 46, box["y"] + 80)
        assert figure.get_by_label("Datum 1").input_value() == "-3"
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
