"""The masks of MADE under mouse and keyboard."""

import re

from playwright.sync_api import expect

from .live_page import figure_html, live

__all__ = ["live"]
LEAK = re.compile("Leak: 8 outputs")


def test_predict_with_the_mouse_then_explore(live) -> None:
    with live(figure_html("made-masks")) as opened:
        figure = opened.figure("made-masks")
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        expect(figure.locator(".live-edge.is-lit")).to_have_count(0)
        for pixel in (0, 1, 2, 5):
            figure.locator(".live-pixel").nth(pixel).click()
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text("You left out pixel 4. You marked pixel 6 too.")
        expect(figure.locator(".live-report").first).to_contain_text("reached by pixels 1, 2, 3 and 4")
        expect(figure.locator(".live-edge.is-lit").first).to_be_visible()
        figure.get_by_role("button", name="input pixel 8").click()
        expect(figure.locator(".live-report").first).to_contain_text("reaches the outputs for pixel 9")
        assert opened.faults == []


def test_a_right_guess_with_the_keyboard_alone(live) -> None:
    with live(figure_html("made-masks")) as opened:
        figure, keyboard = opened.figure("made-masks"), opened.page.keyboard
        figure.locator(".live-pixel").first.focus()
        for key in ("Enter", "ArrowRight", " ", "ArrowRight", "Enter", "ArrowDown", "ArrowLeft", "ArrowLeft", "Enter"):
            keyboard.press(key)
        expect(figure.locator(".live-pixel.is-marked")).to_have_count(4)
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(figure.locator(".live-ask")).to_contain_text("Right.")
        expect(figure.get_by_role("button", name="Ask me another")).to_be_focused()
        assert opened.faults == []


def test_arrow_keys_walk_over_the_units_and_enter_traces_them(live) -> None:
    with live(figure_html("made-masks")) as opened:
        figure, keyboard = opened.figure("made-masks"), opened.page.keyboard
        figure.get_by_role("button", name="Check my guess").click()
        figure.locator('[data-at="3-4"]').focus()
        keyboard.press("ArrowRight")
        keyboard.press("Enter")
        expect(figure.locator(".live-report").first).to_contain_text("output for pixel 6")
        expect(figure.locator('[data-at="3-5"]')).to_be_focused()
        keyboard.press("ArrowDown")
        keyboard.press("Enter")
        expect(figure.locator(".live-report").first).to_contain_text("This hidden unit")
        assert opened.faults == []


def test_the_wrong_mask_lights_the_diagonal_in_every_ordering(live) -> None:
    with live(figure_html("made-masks")) as opened:
        figure = opened.figure("made-masks")
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-cell.is-leak")).to_have_count(0)
        expect(figure.locator(".live-cell.is-path")).to_have_count(36)
        figure.get_by_label("wrong: it leaks").check()
        for order in ("raster", "reversed", "random"):
            figure.get_by_label(order, exact=True).check()
            expect(figure.locator(".live-cell.is-leak")).to_have_count(8)
            expect(figure.locator(".live-audit")).to_contain_text(LEAK)
        assert opened.faults == []


def test_sliders_change_the_network_by_keyboard(live) -> None:
    with live(figure_html("made-masks", 'data-hidden="1" data-units="9"')) as opened:
        figure = opened.figure("made-masks")
        expect(figure.locator(".live-unit circle")).to_have_count(9)
        figure.get_by_label("Hidden layers").press("ArrowRight")
        expect(figure.locator(".live-unit circle")).to_have_count(18)
        figure.get_by_label("Units a layer").press("Home")
        expect(figure.locator(".live-unit circle")).to_have_count(4)
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-audit")).to_contain_text("too few hidden units")
        figure.get_by_label("Direct connections").check()
        expect(figure.locator(".live-audit")).to_contain_text("36 of the 36")
        assert opened.faults == []
