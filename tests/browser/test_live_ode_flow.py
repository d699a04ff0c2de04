"""A continuous flow as a film, under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "ode-flow"


def error(figure: Locator) -> float:
    """Return the mean error of the ends as the report states it."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"ends are ([\d.]+) away", text)[1])


def test_predict_then_check(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("one step of Runge-Kutta").check()
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile(r"(Right|Not so)\. Nearer: "))
        assert opened.faults == []


def test_more_steps_and_a_better_solver_lessen_the_error(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        first = error(figure)
        figure.get_by_label("16", exact=True).check()
        second = error(figure)
        figure.get_by_label("Runge-Kutta", exact=True).check()
        assert error(figure) < second < first
        expect(figure.locator(".live-report")).to_contain_text("Runge-Kutta, 16 steps, 64 evaluations")
        assert opened.faults == []


def test_with_less_motion_the_film_is_over_at_once_and_time_can_be_sought(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Play").click()
        expect(figure.locator(".live-report")).to_contain_text("t = 1.00")
        time = figure.get_by_label("Time t")
        time.press("ArrowLeft")
        expect(figure.locator(".live-report")).to_contain_text("t = 0.99")
        time.press("Home")
        expect(figure.locator(".live-report")).to_contain_text("t = 0.00")
        assert opened.faults == []


def test_the_film_runs_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Play").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="Play")).to_be_visible()
        assert opened.faults == []


def test_the_mouse_and_the_keyboard_place_a_point(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        drawing = figure.locator("svg[role=img]")
        box = drawing.bounding_box()
        opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
        assert abs(float(figure.get_by_label("Own point, across").input_value())) <= 0.1
        up = float(figure.get_by_label("Own point, up").input_value())
        assert 0.7 <= up <= 0.9
        figure.get_by_label("Own point, up").press("ArrowRight")
        assert abs(float(figure.get_by_label("Own point, up").input_value()) - up - 0.1) < 1e-6
        expect(drawing).to_have_attribute("aria-label", re.compile("your own point is at"))
        assert opened.faults == []


def test_a_finger_places_a_point_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        box = figure.locator("svg[role=img]").bounding_box()
        assert box["width"] <= 340
        opened.page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        assert figure.get_by_label("Own point, across").input_value() == "-1.2"
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
