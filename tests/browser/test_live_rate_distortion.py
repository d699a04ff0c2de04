"""The rate-distortion curve under mouse, touch and keyboard."""

from playwright.sync_api import expect

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
NAME = "rate-distortion"


def test_predict_then_walk_along_the_curve(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first.")
        expect(figure.locator(".live-rd-point")).to_have_count(1)
        guess = figure.get_by_label("Your guess of the rate")
        guess.press("End")
        figure.get_by_role("button", name="Check my guess").press("Enter")
        expect(figure.locator(".live-ask")).to_contain_text("Not quite.")
        expect(figure.locator(".live-rd-point")).to_have_count(7)
        beta = figure.get_by_label("Weight of the rate, beta")
        expect(beta).to_be_focused()
        expect(figure.locator(".live-report")).to_contain_text("beta = 4: rate")
        before = figure.locator("canvas").nth(1).evaluate("c => c.toDataURL()")
        beta.press("Home")
        expect(figure.locator(".live-report")).to_contain_text("beta = 0.1: rate")
        assert figure.locator("canvas").nth(1).evaluate("c => c.toDataURL()") != before
        beta.press("ArrowRight")
        expect(figure.locator(".live-report")).to_contain_text("beta = 0.25: rate")
        assert opened.faults == []


def test_a_press_on_the_curve_chooses_and_a_drag_moves(live) -> None:
    with live(figure_html(NAME, 'data-beta="2"')) as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        report = figure.locator(".live-report")
        expect(report).to_contain_text("beta = 2: rate")
        figure.get_by_role("button", name="Check my guess").click()
        box = figure.locator(".live-rd").bounding_box()
        mouse.move(box["x"] + box["width"] - 30, box["y"] + 100)
        mouse.down()
        expect(report).to_contain_text("beta = 0.1: rate")
        mouse.move(box["x"] + 30, box["y"] + 120, steps=6)
        mouse.up()
        expect(report).to_contain_text("beta = 8: rate")
        assert opened.faults == []


def test_a_tap_chooses_on_a_phone(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Check my guess").tap()
        box = figure.locator(".live-rd").bounding_box()
        opened.page.touchscreen.tap(box["x"] + box["width"] - 20, box["y"] + 80)
        expect(figure.locator(".live-report")).to_contain_text("beta = 0.1: rate")
        assert opened.faults == []


def test_it_is_accessible_in_both_themes_and_fits_a_phone(live, axe_violations) -> None:
    for theme in ("light", "dark"):
        with live(figure_html(NAME), theme=theme, width=360, reduced_motion="reduce") as opened:
            figure = opened.figure(NAME)
            assert axe_violations(opened.page) == []
            figure.get_by_role("button", name="Check my guess").click()
            assert axe_violations(opened.page) == []
            assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
            assert opened.faults == []
