"""The plane of the generator under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live, swipe

__all__ = ["live"]
NAME = "gan-plane"


def amounts(figure: Locator) -> tuple[float, float, float]:
    """Return what was added to the code, as the report states it."""
    text = figure.locator(".live-report").inner_text().replace("\u2212", "-")
    return tuple(map(float, re.search(r"Added: (\S+) of thickness, (\S+) of slant, (\S+) of", text).groups()))


def ink(figure: Locator) -> float:
    return float(re.search(r"([\d.]+)% ink", figure.locator(".live-report").inner_text())[1])


def picture(figure: Locator) -> str:
    return figure.locator(".live-gan-image div").get_attribute("style")


def test_predict_then_do_the_sum(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        expect(figure.locator(".live-gan-sum .is-unknown")).to_have_count(1)
        question, before = figure.locator(".live-ask").inner_text(), picture(figure)
        figure.get_by_label("a bold", exact=False).first.check()
        figure.get_by_role("button", name="Do the sum").click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile("(Right|Not so). Ink went from"))
        expect(figure.locator(".live-gan-sum .is-unknown")).to_have_count(0)
        assert picture(figure) != before
        figure.get_by_role("button", name="New sum").click()
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        assert figure.locator(".live-ask").inner_text() != question
        assert opened.faults == []


def test_the_sum_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Do the sum").click()
        figure.get_by_role("button", name="Stop").click()
        figure.get_by_role("button", name="Do the sum").click()
        expect(figure.locator(".live-ask")).to_contain_text("You had made no guess", timeout=20_000)
        assert opened.faults == []


def test_the_mouse_moves_over_the_plane(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        box = figure.locator(".live-gan-stage").bounding_box()
        seen = set()
        for share in (0.2, 0.5, 0.8):
            opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
            seen.add(picture(figure))
        assert len(seen) == 3
        assert amounts(figure)[0] > 0.6 and abs(amounts(figure)[1]) < 0.1
        assert opened.faults == []


def test_a_finger_drags_on_a_narrow_page(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.locator(".live-gan-stage"), 80)
        assert amounts(figure)[0] > 0.4
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_the_sliders_and_more_thickness_is_more_ink(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        figure.get_by_label("Thickness").press("Home")
        expect(figure.get_by_label("Thickness")).to_be_focused()
        thin = ink(figure)
        figure.get_by_label("Thickness").press("End")
        assert ink(figure) > 1.2 * thin
        figure.get_by_label("Rotation").press("End")
        assert amounts(figure) == (1.25, 0, 1.25)
        assert opened.faults == []
