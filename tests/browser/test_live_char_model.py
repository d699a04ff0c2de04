"""The character model under mouse, touch and keyboard."""

import re
from math import log

import torch
from playwright.sync_api import Locator, expect

from genbook.autoregressive import CharRNN, Tokens
from genbook.data import ALPHABET, Vocabulary
from genbook.interactive.modules import live_folder
from genbook.nn.outputs import Categorical
from genbook.training import load_weights

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
FIGURE = figure_html("char-model")
BAR = ".live-char-bar"


def reported(figure: Locator) -> float:
    """Read the bits of the text."""
    return float(re.search(r"= ([\d.]+) bits", figure.locator(".live-report").inner_text())[1])


def bits(text: str) -> float:
    """Return what the same text costs in genbook."""
    model = CharRNN(Tokens(len(ALPHABET), 64), Categorical(len(ALPHABET)), hidden=256)
    load_weights(model, live_folder() / "models" / "text-char-rnn.safetensors")
    with torch.no_grad():
        return -model.eval().log_prob(Vocabulary().encode(text)[None]).item() / log(2)


def test_guess_then_type_and_the_bits_are_those_of_genbook(live) -> None:
    with live(FIGURE) as opened:
        figure = opened.figure("char-model")
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        expect(figure.locator(BAR).first).to_be_hidden()
        figure.get_by_label("above 0.5").check()
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text(re.compile(r"Right\.|Not so\."))
        expect(figure.locator(BAR)).to_have_count(8)
        figure.get_by_role("textbox").fill("for i in ran")
        expect(figure.locator(BAR).first).to_have_accessible_name(re.compile(r"append g\s*, probability 0\.7"))
        expect(figure.locator(".live-report")).to_contain_text("12 characters")
        assert abs(reported(figure) - bits("for i in ran")) < 0.06
        assert opened.faults == []


def test_complete_again_and_stop(live) -> None:
    with live(FIGURE, reduced_motion="reduce") as opened:
        figure = opened.figure("char-model")
        text = figure.get_by_role("textbox")
        text.fill("def ")
        figure.get_by_role("button", name="Complete").click()
        first = text.input_value()
        assert len(first) == 84
        assert first.startswith("def ")
        figure.get_by_role("button", name="Again from here").click()
        second = text.input_value()
        assert len(second) == 84
        assert second != first
        assert abs(reported(figure) - bits(second)) < 0.06
        assert opened.faults == []


def test_the_keyboard_appends_a_character_and_turns_the_temperature(live) -> None:
    with live(FIGURE) as opened:
        figure, keyboard = opened.figure("char-model"), opened.page.keyboard
        text = figure.get_by_role("textbox")
        text.fill("x")
        figure.locator(BAR).first.focus()
        second = figure.locator(".live-char-name").nth(1).inner_text()
        keyboard.press("ArrowDown")
        keyboard.press("Enter")
        assert text.input_value() == "x" + {"\u2423": " ", "\u23ce": "\n"}.get(second, second)
        before = figure.locator(".live-char-p").first.inner_text()
        figure.get_by_label("Temperature").press("End")
        assert float(figure.locator(".live-char-p").first.inner_text()) < float(before)
        assert opened.faults == []


def test_a_finger_on_a_phone(live, axe_violations) -> None:
    with live(FIGURE, width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure("char-model")
        figure.get_by_role("button", name="a loop").tap()
        figure.locator(BAR).first.tap()
        assert figure.get_by_role("textbox").input_value() == "for i in rang"
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe_violations(opened.page) == []
        assert opened.faults == []
