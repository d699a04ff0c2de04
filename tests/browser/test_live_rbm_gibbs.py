"""The RBM of the digits under mouse, touch and keyboard; what it says is what genbook computes."""

import re

import torch
from playwright.sync_api import Locator, expect

from genbook.ebm import HiddenSum
from genbook.interactive import rbm_from_bytes
from genbook.interactive.modules import live_folder

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "rbm-gibbs"


def pixels(figure: Locator) -> list[float]:
    """Return the visible units as their labels state them."""
    labels = figure.locator(".live-square").evaluate_all("nodes => nodes.map((n) => n.getAttribute('aria-label'))")
    return [float("ink" in label) for label in labels]


def log_prob(figure: Locator) -> float:
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"log Z = ([−\d.]+) nats", text)[1].replace("−", "-"))


def test_predict_run_and_the_numbers_are_those_of_genbook(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("the other 32 are noise")
        held = pixels(figure)
        figure.get_by_label("nearly all settle").check()
        figure.get_by_role("button", name="200 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile(r"\d+ of 32 pixels settled, \d+ kept changing"))
        x = pixels(figure)
        assert all(x[i] == held[i] for i in range(64) if i % 8 < 4)
        model = HiddenSum(rbm_from_bytes((live_folder() / "models" / "rbm-digits.safetensors").read_bytes()))
        expected = model.log_prob(torch.tensor([x], dtype=torch.float64)).item()
        assert abs(log_prob(figure) - expected) < 0.006
        assert opened.faults == []


def test_paint_with_the_mouse_and_what_is_painted_stays(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        figure.get_by_role("button", name="Let all go").click()
        expect(figure.locator(".is-given")).to_have_count(0)
        figure.locator(".live-image").scroll_into_view_if_needed()
        box = figure.locator(".live-image").bounding_box()
        unit = box["width"] / 8
        mouse.move(box["x"] + 0.5 * unit, box["y"] + 0.5 * unit)
        mouse.down()
        mouse.move(box["x"] + 3.5 * unit, box["y"] + 0.5 * unit, steps=12)
        mouse.up()
        expect(figure.locator(".is-given")).to_have_count(4)
        for _ in range(5):
            figure.get_by_role("button", name="Step", exact=True).click()
        assert pixels(figure)[:4] == [1.0] * 4
        expect(figure.locator(".live-report")).to_contain_text("After 5 steps, 4 pixels held")
        assert opened.faults == []


def test_keyboard_holds_pixels_and_asks_hidden_units(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, keyboard = opened.figure(NAME), opened.page.keyboard
        figure.get_by_role("button", name="Let all go").click()
        figure.get_by_label("hold paper").check()
        figure.locator(".live-square").first.focus()
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            keyboard.press(key)
        expect(figure.locator(".live-square").nth(9)).to_have_attribute("aria-label", "row 2, column 2, paper, held")
        figure.get_by_role("button", name=re.compile("^hidden unit 1,")).focus()
        keyboard.press("ArrowRight")
        keyboard.press("Enter")
        expect(figure.locator(".live-report")).to_contain_text("Hidden unit 2 is off; given these pixels")
        assert opened.faults == []


def test_a_run_is_animated_and_can_be_stopped_and_averaged(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="200 steps").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.get_by_role("button", name="200 steps")).to_be_visible()
        figure.get_by_label("Show the average over the steps").check()
        figure.get_by_role("button", name="Hold the left half of another digit").click()
        expect(figure.locator(".live-report")).to_contain_text("After 0 steps, 32 pixels held")
        assert opened.faults == []


def test_paint_with_a_finger_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Let all go").tap()
        figure.locator(".live-square").nth(20).tap()
        expect(figure.locator(".is-given")).to_have_count(1)
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
