"""The trie under keyboard, mouse and touch."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "code-trie"


def bits(figure: Locator) -> str:
    """Return the text as bits, which the figure prints."""
    return "".join(re.findall("[01]", figure.locator(".live-trie-bits").inner_text()))


def test_typing_builds_the_trie_and_its_price(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-report")).to_contain_text("11 letters, 23 bits")
        assert len(bits(figure)) == 23
        text = figure.get_by_label("Type letters")
        text.fill("")
        expect(figure.locator(".live-report")).to_contain_text("No letters yet")
        text.press_sequentially("aab")
        expect(figure.locator(".live-report")).to_contain_text("3 letters, 3 bits: 1.000 bits a letter = entropy 0.918")
        assert bits(figure) == "001"
        text.press_sequentially("c")
        assert len(bits(figure)) == 6 and figure.locator(".live-trie-leaf").count() == 3
        assert opened.faults == []


def test_predict_first(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("0.47 bits, the entropy").check()
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so. With two letters")
        expect(figure.get_by_label("Type letters")).to_have_value("aaaaaaaaab")
        figure.get_by_label("1 bit", exact=True).check()
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. With two letters")
        assert opened.faults == []


def test_an_example_is_typed_letter_by_letter_or_at_once(live) -> None:
    for motion in ("no-preference", "reduce"):
        with live(figure_html(NAME, 'data-text="x"'), reduced_motion=motion) as opened:
            figure = opened.figure(NAME)
            figure.get_by_role("button", name="abcdaabaabacaaba").click()
            if motion == "no-preference":
                assert len(figure.get_by_label("Type letters").input_value()) < 16
            expect(figure.locator(".live-report")).to_contain_text("16 letters", timeout=20_000)
            assert opened.faults == []


def test_keys_walk_over_the_leaves_and_light_a_path(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        leaves = figure.locator(".live-trie-leaf")
        leaves.nth(0).focus()
        leaves.nth(0).press("ArrowRight")
        expect(leaves.nth(1)).to_be_focused()
        leaves.nth(1).press("Enter")
        expect(leaves.nth(1)).to_be_focused()
        expect(leaves.nth(1)).to_have_class(re.compile("is-lit"))
        expect(leaves.nth(1)).to_have_attribute("aria-label", re.compile(r"times?, codeword (\d ?)+, ideal length"))
        assert figure.locator("tr.is-lit").count() == 1
        leaves.nth(3).click()
        expect(leaves.nth(3)).to_have_class(re.compile("is-lit"))
        assert opened.faults == []


def test_narrow_with_a_finger(live) -> None:
    with live(
        figure_html(NAME, 'data-text="the quick brown fox jumps over the lazy dog"'), width=360, has_touch=True
    ) as opened:
        figure = opened.figure(NAME)
        figure.locator(".live-trie-leaf").nth(5).tap()
        expect(figure.locator(".live-trie-leaf").nth(5)).to_have_class(re.compile("is-lit"))
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
