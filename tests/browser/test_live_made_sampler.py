"""The sampler under mouse, touch and keyboard."""

import re

import torch
from playwright.sync_api import Locator, expect

from genbook.interactive import made_from_bytes
from genbook.interactive.modules import live_folder

from .live_page import figure_html, live

__all__ = ["live"]
FIGURE = figure_html("made-sampler")
COMPLETIONS = ".live-completion figcaption"


def levels(figure: Locator) -> list[float]:
    """Read the levels of the large image from what the squares tell screen readers."""
    labels = figure.locator(".live-sampler .live-a .live-square").evaluate_all(
        "squares => squares.map(s => s.getAttribute('aria-label'))"
    )
    return [float(re.search(r"level (\d+)", label)[1]) for label in labels]


def log_prob(figure: Locator) -> float:
    """Read the log-probability of the large image."""
    text = figure.locator(".live-number").inner_text().replace("−", "-")
    return float(re.search(r"log p\(image\) = (-?[\d.]+) nats", text)[1])


def test_guess_then_play_and_the_number_is_that_of_genbook(live) -> None:
    with live(FIGURE) as opened:
        figure = opened.figure("made-sampler")
        expect(figure.locator(".live-ask")).to_contain_text("Which level is the most probable")
        expect(figure.locator(".live-percent").filter(has_text=".")).to_have_count(0)
        figure.get_by_role("button", name="level 12", exact=True).click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile(r"favourite is level|Right\."))
        expect(figure.locator(".live-percent").filter(has_text=".")).not_to_have_count(0)
        figure.get_by_label("Speed").press("End")
        figure.get_by_role("button", name="Play").click()
        expect(figure.locator(".live-number")).to_contain_text("log p(image) =")
        model = made_from_bytes((live_folder() / "models" / "made-digits.safetensors").read_bytes())
        x = torch.tensor([levels(figure)], dtype=torch.float64)
        assert abs(model.log_prob(x).item() - log_prob(figure)) < 0.006
        expect(figure.locator(COMPLETIONS).filter(has_text=re.compile("^= −"))).to_have_count(6)
        assert opened.faults == []


def test_paint_with_the_mouse_and_the_rest_is_completed(live) -> None:
    with live(FIGURE) as opened:
        figure, mouse = opened.figure("made-sampler"), opened.page.mouse
        figure.get_by_role("button", name="Clear").click()
        expect(figure.locator(".live-a .is-given")).to_have_count(0)
        figure.locator(".live-a .live-image").scroll_into_view_if_needed()
        box = figure.locator(".live-a .live-image").bounding_box()
        unit = box["width"] / 8
        mouse.move(box["x"] + 2.5 * unit, box["y"] + 0.5 * unit)
        mouse.down()
        mouse.move(box["x"] + 5.5 * unit, box["y"] + 0.5 * unit, steps=12)
        mouse.move(box["x"] + 5.5 * unit, box["y"] + 1.5 * unit, steps=4)
        mouse.up()
        expect(figure.locator(".live-a .is-given")).to_have_count(16)
        figure.get_by_role("button", name="Finish").click()
        painted = levels(figure)[:16]
        assert painted == [0, 0, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0]
        assert opened.faults == []


def test_paint_with_the_keyboard(live) -> None:
    with live(FIGURE) as opened:
        figure, keyboard = opened.figure("made-sampler"), opened.page.keyboard
        figure.get_by_role("button", name="Clear").click()
        figure.get_by_label("grey").check()
        figure.locator(".live-a .live-square").first.focus()
        for key in ("ArrowDown", "ArrowRight", "Enter", "ArrowRight", " "):
            keyboard.press(key)
        expect(figure.locator(".live-a .is-given")).to_have_count(16)
        expect(figure.locator(".live-a .live-square").nth(9)).to_have_attribute(
            "aria-label", "row 2, column 2, level 8, given"
        )
        expect(figure.locator(".live-a .live-square").nth(10)).to_have_attribute(
            "aria-label", "row 2, column 3, level 8, given"
        )
        assert opened.faults == []


def test_paint_with_a_finger(live) -> None:
    with live(FIGURE, width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure("made-sampler")
        figure.get_by_role("button", name="Clear").tap()
        figure.locator(".live-a .live-square").nth(3).tap()
        expect(figure.locator(".live-a .is-given")).to_have_count(8)
        assert opened.faults == []


def test_step_by_hand_temperature_and_seed(live) -> None:
    with live(FIGURE) as opened:
        figure = opened.figure("made-sampler")
        figure.get_by_role("button", name="Step").click()
        expect(figure.locator(".live-b .live-report")).to_contain_text("drawn with u = 0.")
        figure.get_by_role("button", name=re.compile("^level 5,")).click()
        expect(figure.locator(".live-b .live-report")).to_contain_text("level 5, set by hand")
        figure.get_by_role("button", name="Finish").click()
        first = levels(figure)
        assert first[36] == 5
        figure.get_by_label("Temperature").press("ArrowLeft")
        figure.get_by_label("Temperature").press("ArrowRight")
        figure.get_by_role("button", name="Finish").click()
        again = levels(figure)
        figure.get_by_role("button", name="New noise").click()
        figure.get_by_role("button", name="Finish").click()
        assert levels(figure) != again
        figure.get_by_label("Seed of the noise").press("ArrowLeft")
        figure.get_by_role("button", name="Finish").click()
        assert levels(figure) == again
        assert opened.faults == []


def test_less_motion_draws_at_once(live) -> None:
    with live(FIGURE, reduced_motion="reduce") as opened:
        figure = opened.figure("made-sampler")
        figure.get_by_role("button", name="Play").click()
        expect(figure.locator(".live-number")).to_contain_text("log p(image)", timeout=500)
        assert opened.faults == []


def test_ink_follows_the_theme(live) -> None:
    with live(FIGURE) as opened:
        figure = opened.figure("made-sampler")
        ink = figure.locator(".live-a .live-ink").first
        color = "node => getComputedStyle(node).fill"
        light = ink.evaluate(color)
        opened.page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
        assert ink.evaluate(color) != light
