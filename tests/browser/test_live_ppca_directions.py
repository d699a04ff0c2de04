"""The figure of the principal directions under mouse, finger and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "ppca-directions"


def state(figure: Locator) -> tuple[float, int, float]:
    """Return the noise, the number of directions that are on and the nats of the code, as the report states them."""
    words = figure.locator(".live-b .live-report").inner_text()
    found = re.search(r"Noise variance ([\d.]+): (\d+) of 32 directions are on; the code carries ([\d.]+) nats", words)
    return float(found[1]), int(found[2]), float(found[3])


def test_predict_then_double_the_noise(live) -> None:
    with live(figure_html(NAME, 'data-variance="9"')) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        _, before, nats = state(figure)
        figure.get_by_label("all that stay on lose the same").check()
        figure.get_by_role("button", name="Double the noise").click()
        noise, after, left = state(figure)
        assert (noise, after < before, left < nats) == (18, True, True)
        expect(figure.locator(".live-ask")).to_contain_text("Right. Every direction that stayed on lost ½ log 2")
        expect(figure.locator(".live-ask")).to_contain_text(f"{before - after} of {before} went off")
        figure.get_by_label("the weakest directions lose").check()
        figure.get_by_role("button", name="Double the noise").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so.")
        for _ in range(4):
            figure.get_by_role("button", name="Double the noise").click()
        expect(figure.locator(".live-ask")).to_contain_text("cannot double any more")
        assert opened.faults == []


def test_the_noise_switches_directions_off_and_the_digit_fades(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        noise = figure.get_by_label("Noise variance")
        ink = lambda: figure.locator("[aria-label='what the code keeps of it'] .live-ink").evaluate_all(  # noqa: E731
            "squares => squares.map(square => square.getAttribute('fill-opacity')).join()"
        )
        noise.press("Home")
        assert state(figure)[1] == 32
        sharp = ink()
        noise.press("End")
        assert state(figure)[1:] == (0, 0.0)
        assert ink() != sharp
        expect(figure.locator(".live-fill")).to_have_count(0)
        expect(figure.locator(".live-a .live-report")).to_contain_text("under the noise")
        mean = ink()
        figure.get_by_role("slider", name="Digit").press("ArrowRight")
        assert ink() == mean  # nothing of the digit comes through
        assert opened.faults == []


def test_bars_answer_to_mouse_and_keyboard(live) -> None:
    with live(figure_html(NAME, 'data-variance="2" data-example="7"')) as opened:
        figure = opened.figure(NAME)
        bars, about = figure.locator(".live-ppca-bar"), figure.locator(".live-a .live-report")
        expect(bars).to_have_count(32)
        bars.nth(4).click()
        expect(about).to_contain_text("Direction 5")
        expect(figure.get_by_role("img", name="column 5 of W")).to_be_visible()
        opened.page.keyboard.press("ArrowRight")
        opened.page.keyboard.press("Enter")
        expect(about).to_contain_text("Direction 6")
        opened.page.keyboard.press("End")
        opened.page.keyboard.press(" ")
        expect(about).to_contain_text("Direction 32")
        expect(bars.nth(31)).to_be_focused()
        assert opened.faults == []


def test_a_finger_on_a_phone(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        figure.locator(".live-ppca-bar").nth(10).tap()
        expect(figure.locator(".live-a .live-report")).to_contain_text("Direction 11")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
