"""The codebook under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live, swipe

__all__ = ["live"]
NAME = "codebook"


def place(figure: Locator, k: int) -> list[float]:
    """Return where code k says that it is."""
    label = figure.get_by_role("button", name=f"Code {k}").get_attribute("aria-label")
    return [float(number.replace("−", "-")) for number in re.findall(r"[−-]?\d+\.\d", label)]


def error(figure: Locator) -> float:
    return float(re.search(r"squared error = (\d+\.\d+)", figure.locator(".live-report").inner_text())[1])


def test_predict_then_run_without_and_with_revival(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("one to three").check()
        figure.get_by_role("button", name="40 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so. 4 of the eight codes are in use")
        asleep = error(figure)
        figure.get_by_role("button", name="Back to the corner").click()
        expect(figure.locator(".live-report")).to_contain_text("After 0 steps")
        figure.get_by_label("Revive the dead").check()
        figure.get_by_role("button", name="40 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("With revival 8 of the eight codes are in use")
        assert error(figure) < asleep / 2
        assert opened.faults == []


def test_the_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="40 steps").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="40 steps")).to_be_visible()
        figure.get_by_role("button", name="One step").click()
        assert 0 < int(re.search(r"After (\d+)", figure.locator(".live-report").inner_text())[1]) < 40
        assert opened.faults == []


def test_a_dead_code_that_is_dragged_to_the_points_comes_to_life(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        figure.get_by_role("button", name="40 steps").click()
        dead = figure.get_by_role("button", name=re.compile("dead")).first
        k = int(re.search(r"Code (\d)", dead.get_attribute("aria-label"))[1])
        box, plane = dead.bounding_box(), figure.locator("svg").bounding_box()
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(plane["x"] + plane["width"] / 6, plane["y"] + plane["height"] / 2, steps=6)
        mouse.up()
        expect(figure.get_by_role("button", name=f"Code {k}")).to_have_attribute("aria-label", re.compile("nearest to"))
        assert place(figure, k)[0] < -1.5
        assert opened.faults == []


def test_a_finger_drags_too_and_the_page_stays_narrow(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        before = place(figure, 1)
        swipe(figure.get_by_role("button", name="Code 1").locator("circle").nth(1), -60)
        assert place(figure, 1)[0] < before[0] - 0.5
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_keys_move_a_code_and_the_memory(live) -> None:
    with live(figure_html(NAME, 'data-memory="0.5"')) as opened:
        figure = opened.figure(NAME)
        code = figure.get_by_role("button", name="Code 2")
        before = place(figure, 2)
        for _ in range(5):
            code.press("ArrowLeft")
        expect(code).to_be_focused()
        assert abs(place(figure, 2)[0] - before[0] + 0.5) < 0.11
        memory = figure.get_by_label("Memory γ")
        expect(memory).to_have_attribute("aria-valuetext", "0.50")
        memory.press("Home")
        expect(memory).to_have_attribute("aria-valuetext", "0.00")
        figure.get_by_role("button", name="Start on random points").press("Enter")
        expect(figure.locator(".live-report")).to_contain_text("After 0 steps")
        assert opened.faults == []
