"""The latent plane under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live, swipe

__all__ = ["live"]
NAME = "latent-plane"


def place(figure: Locator) -> tuple[float, float]:
    """Return z as the report states it."""
    text = figure.locator(".live-report").inner_text().replace("\u2212", "-")
    return tuple(map(float, re.search(r"z = \((\S+), (\S+)\)", text).groups()))


def picture(figure: Locator) -> str:
    return figure.locator(".live-plane-mean").inner_html()


def test_predict_then_walk_halfway(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        question = figure.locator(".live-ask").inner_text()
        figure.get_by_label("another digit").check()
        before = picture(figure)
        figure.get_by_role("button", name="Walk from A to B").click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile("(Right|Not so). Halfway"))
        assert picture(figure) != before
        figure.get_by_role("button", name="New pair").click()
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        assert figure.locator(".live-ask").inner_text() != question
        assert opened.faults == []


def test_the_walk_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Walk from A to B").click()
        figure.get_by_role("button", name="Stop").click()
        figure.get_by_role("button", name="Walk from A to B").click()
        expect(figure.locator(".live-ask")).to_contain_text("You had made no guess", timeout=20_000)
        assert opened.faults == []


def test_the_mouse_moves_the_point_and_the_noise_changes_only_the_draws(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        box = figure.locator(".live-plane-stage").bounding_box()
        seen = set()
        for share in (0.3, 0.5, 0.7):
            opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
            seen.add(picture(figure))
        assert len(seen) == 3
        opened.page.mouse.move(box["x"] - 5, box["y"] + box["height"] / 2)
        assert -3 <= place(figure)[0] < 2 and abs(place(figure)[1]) < 0.1
        mean, draws = picture(figure), figure.locator(".live-plane-draws").inner_html()
        figure.get_by_role("button", name="New noise").click()
        assert picture(figure) == mean and figure.locator(".live-plane-draws").inner_html() != draws
        assert opened.faults == []


def test_a_finger_drags_on_a_narrow_page(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        swipe(figure.locator(".live-plane-stage"), 80)
        assert place(figure)[0] > 1
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_the_point(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        before = picture(figure)
        figure.get_by_label("z\u2081").press("Home")
        expect(figure.get_by_label("z\u2081")).to_be_focused()
        figure.get_by_label("z\u2082").press("End")
        assert place(figure) == (-3, 3) and picture(figure) != before
        assert opened.faults == []
