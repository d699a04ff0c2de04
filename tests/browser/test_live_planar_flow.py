"""Planar layers under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import drag, figure_html, live, swipe

__all__ = ["live"]
NAME = "planar-flow"


def along(figure: Locator) -> float:
    """Return w.u of the layer as the report states it."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"wᵀu = ([−\d.]+);", text)[1].replace("−", "-"))


def test_predict_then_turn_u_across_w(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("stay as they are").check()
        assert along(figure) > 1
        figure.get_by_role("button", name="Turn u across w").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. With wᵀu = 0")
        assert abs(along(figure)) < 0.01
        expect(figure.locator(".live-report")).to_contain_text(re.compile("log det from −?0.00 to 0.00"))
        figure.get_by_role("button", name="Back to the start").click()
        assert along(figure) > 1
        assert opened.faults == []


def test_without_the_constraint_space_folds_and_with_it_never(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        for name in ("u, right", "u, up"):
            figure.get_by_label(name).press("Home")
        assert along(figure) < -7
        expect(figure.locator(".live-report")).not_to_contain_text("Space folds")
        figure.get_by_label("Constraint û").uncheck()
        expect(figure.locator(".live-report")).to_contain_text("Space folds")
        assert opened.faults == []


def test_the_mouse_drags_the_tip_of_w(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        drag(figure.locator(".live-planar-grip.is-w"), 60)
        assert float(figure.get_by_label("w, right").input_value()) > 1.7
        assert figure.get_by_label("w, up").input_value() == "1.5"
        assert opened.faults == []


def test_layers_are_added_and_chosen_by_keyboard(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        figure.get_by_label("Number of layers").press("End")
        expect(figure.locator(".live-report")).to_contain_text("All 4 layers")
        figure.get_by_label("3", exact=True).check()
        assert figure.get_by_label("w, right").input_value() == "1.8"
        figure.get_by_label("Number of layers").press("Home")
        assert figure.get_by_label("1", exact=True).is_checked()
        figure.get_by_label("b", exact=True).press("ArrowRight")
        assert figure.get_by_label("b", exact=True).input_value() == "0.1"
        assert opened.faults == []


def test_a_finger_drags_u_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME, 'data-count="2"'), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.locator(".live-planar-grip.is-u"), -70)
        assert float(figure.get_by_label("u, right").input_value()) < 0.7
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
