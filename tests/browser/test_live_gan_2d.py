"""A game in the plane that trains under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "gan-2d"


def said(figure: Locator) -> tuple[int, int, int]:
    """Return rounds, modes covered and modes as the report states them."""
    text = figure.locator(".live-report").inner_text()
    return tuple(map(int, re.search(r"After (\d+) rounds: (\d+) of (\d+) modes", text).groups()))


def dots(figure: Locator) -> list[str]:
    """Return the places of the generator's draws."""
    return figure.locator(".live-game-dot").evaluate_all("nodes => nodes.map((n) => n.getAttribute('cx'))")


def test_predict_then_run(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        assert said(figure) == (0, 0, 8)
        before = dots(figure)
        figure.get_by_label("some of them").check()
        figure.get_by_role("button", name="500 rounds").click()
        rounds, covered, modes = said(figure)
        assert (rounds, modes) == (500, 8) and covered >= 1
        assert dots(figure) != before
        assert figure.locator(".live-game-mode.is-covered").count() == covered
        expect(figure.locator(".live-ask")).to_contain_text(
            re.compile(rf"(Right|Not so)\. Covered: .*\({covered} of 8\)")
        )
        for _ in range(3):
            figure.get_by_role("button", name="500 rounds").click()
        assert said(figure)[1] >= 5
        assert opened.faults == []


def test_a_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="500 rounds").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="500 rounds")).to_be_visible()
        assert said(figure)[0] < 500
        assert opened.faults == []


def test_rules_change_by_keyboard_and_new_data_start_a_new_game(live) -> None:
    with live(figure_html(NAME, 'data-loss="non-saturating"'), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        assert figure.get_by_role("radio", name="non-saturating").is_checked()
        figure.get_by_label("Critic steps a round").press("ArrowRight")
        assert figure.get_by_label("Critic steps a round").input_value() == "2"
        figure.get_by_role("button", name="One round").press("Enter")
        assert said(figure)[0] == 1
        figure.get_by_role("radio", name="least squares").check()
        assert said(figure)[0] == 1, "a change of rules goes on with the same players"
        figure.get_by_role("radio", name="grid").check()
        assert said(figure)[::2] == (0, 9)
        expect(figure.locator(".live-ask")).to_contain_text("9 modes")
        players = dots(figure)
        figure.get_by_role("button", name="New players").click()
        assert dots(figure) != players
        expect(figure.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("after 0 rounds: 9 modes"))
        assert opened.faults == []


def test_fingers_play_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True, reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="One round").tap()
        assert said(figure)[0] == 1
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
