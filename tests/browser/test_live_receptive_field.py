"""The explorer of receptive fields under mouse and keyboard."""

from playwright.sync_api import expect

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
NAME = "receptive-field"


def test_predict_with_the_mouse_then_explore(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        expect(figure.locator(".live-field .is-seen")).to_have_count(0)
        figure.get_by_role("button", name="row 6, column 9").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right.")
        blind = figure.locator(".live-field .is-blind")
        expect(blind.first).to_be_visible()
        figure.get_by_label("gated: vertical").check()
        expect(blind).to_have_count(0)
        figure.get_by_label("wrong: it leaks").check()
        expect(figure.locator(".live-field .is-leak")).to_have_count(1)
        expect(figure.locator(".live-audit")).to_contain_text("Leak")
        figure.get_by_role("button", name="row 1, column 1,").click()
        expect(figure.locator(".live-report").first).to_contain_text("sees 0 of the 0 pixels")
        assert opened.faults == []


def test_the_keyboard_alone(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, keyboard = opened.figure(NAME), opened.page.keyboard
        figure.locator(".live-field [tabindex='0']").focus()
        for key in ("ArrowUp", "Enter"):
            keyboard.press(key)
        expect(figure.locator(".live-ask")).to_contain_text("Not so.")
        figure.get_by_label("Layers").press("End")
        expect(figure.locator(".live-report").first).to_contain_text("8 layers")
        figure.locator(".live-field [tabindex='0']").focus()
        for key in ("End", "Enter"):
            keyboard.press(key)
        expect(figure.locator(".live-report").first).to_contain_text("row 6, column 11")
        assert opened.faults == []


def test_options_and_a_phone(live, axe_violations) -> None:
    for theme in ("light", "dark"):
        with live(figure_html(NAME, 'data-kind="gated" data-depth="4"'), theme=theme, width=360) as opened:
            figure = opened.figure(NAME)
            expect(figure.locator(".live-report").first).to_contain_text("4 layers of 3 × 3, vertical and horizontal")
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
            assert axe_violations(opened.page) == []
            assert opened.faults == []
