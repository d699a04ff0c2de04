"""The module that a widget sends to a notebook renders the same figure, with no folder to import from."""

import base64
import copy
import json
import re
from math import log

import torch
from playwright.sync_api import expect

from genbook.autoregressive import MADE, CharRNN, Tokens
from genbook.data import ALPHABET, Vocabulary
from genbook.interactive import char_model, made_masks, made_sampler
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded

from .live_page import Opened, live

__all__ = ["live"]
RENDER = """async ([source, style, options, file]) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
  const padded = new Uint8Array(bytes.length + 3);
  padded.set(bytes, 3);
  const traits = { options, file: new DataView(padded.buffer, 3, bytes.length) };
  const el = document.createElement("section");
  document.querySelector("main").append(el);
  window.stop = await widget.render({ model: { get: (name) => traits[name] }, el });
}"""


def render(opened: Opened, widget) -> None:
    """Do with the widget what the front end of a notebook does."""
    file = base64.b64encode(widget.file).decode()
    opened.page.evaluate(RENDER, [widget._esm, widget._css, json.loads(json.dumps(widget.options)), file])


def test_masks_take_their_options(live) -> None:
    with live("") as opened:
        render(opened, made_masks(hidden=3, units=5))
        expect(opened.page.locator("section .live-unit circle")).to_have_count(15)
        opened.page.get_by_role("button", name="Check my guess").click()
        expect(opened.page.locator("section .live-edge.is-lit").first).to_be_visible()
        assert opened.page.evaluate("() => typeof window.stop") == "function"
        assert opened.faults == []


def test_a_model_of_the_readers_own_draws_in_its_own_order_and_shape(live) -> None:
    with seeded(0):
        network = MaskedMLP(6, (8,), 3, ordering=torch.tensor([5, 3, 1, 0, 2, 4]))
        model = MADE(network, Categorical(3)).eval()
    with live("") as opened:
        render(opened, made_sampler(model, shape=(2, 3)))
        figure = opened.page.locator("section")
        expect(figure.locator(".live-a .live-square")).to_have_count(6)
        expect(figure.locator(".live-bar")).to_have_count(3)
        figure.locator(".live-a .live-square").nth(3).click()
        expect(figure.locator(".live-a .live-square").nth(5)).to_have_attribute(
            "aria-label", "row 2, column 3, level 0, given"
        )
        figure.get_by_role("button", name="Finish").click()
        expect(figure.locator(".live-number")).to_contain_text("log p(image) =")
        assert opened.faults == []


def test_a_character_model_of_the_readers_own_prices_and_completes(live) -> None:
    with seeded(0):
        model = CharRNN(Tokens(len(ALPHABET), 4), Categorical(len(ALPHABET)), hidden=6).eval()
    rounded = copy.deepcopy(model).half().float()  # what the file holds
    with torch.no_grad():
        bits = -rounded.log_prob(Vocabulary().encode("tea for two")[None]).item() / log(2)
    with live("", reduced_motion="reduce") as opened:
        render(opened, char_model(model, "tea for two"))
        figure = opened.page.locator("section")
        figure.get_by_role("button", name="One character").click()
        text = figure.get_by_role("textbox")
        assert len(text.input_value()) == 12
        text.fill("tea for two")
        shown = float(re.search(r"= ([\d.]+) bits", figure.locator(".live-report").inner_text())[1])
        assert abs(shown - bits) < 0.06
        assert opened.faults == []


def test_a_file_that_is_no_model_is_reported(live) -> None:
    with live("") as opened:
        widget = made_sampler()
        widget.file = widget.file[:5000]
        render(opened, widget)
        expect(opened.page.locator("section")).to_contain_text("The live figure did not start")
