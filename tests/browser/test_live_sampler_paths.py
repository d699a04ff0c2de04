"""The paths of samplers under mouse, touch and keyboard."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "sampler-paths"


def distance(figure: Locator) -> float:
    """Return the distance that the report gives."""
    return float(re.search(r"to the truth: ([\d.]+\d)", figure.locator(".live-report").inner_text())[1])


def test_predict_then_look_at_another_sampler(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        quiet = distance(figure)
        figure.get_by_role("group", name="Closest will be").get_by_label("DPM-Solver++").check()
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_role("group", name="Sampler").get_by_label("DPM-Solver++").check()
        expect(figure.locator(".live-ask")).to_contain_text("Right.")
        assert distance(figure) < 0.05 < quiet
        assert opened.faults == []


def test_the_keys_change_steps_and_noise(live) -> None:
    with live(figure_html(NAME, 'data-steps="20"')) as opened:
        figure = opened.figure(NAME)
        lines = figure.locator(".live-paths-line")
        expect(lines).to_have_count(24)
        smooth, few = lines.first.get_attribute("d"), distance(figure)
        figure.get_by_label("Steps").press("End")
        expect(figure.locator(".live-report")).to_contain_text("60 steps, 60 calls")
        assert distance(figure) < few / 2
        figure.get_by_label("share of fresh noise").press("End")
        expect(figure.locator(".live-report")).to_contain_text("ancestral sampling")
        assert lines.first.get_attribute("d") != smooth
        rough = lines.first.get_attribute("d")
        figure.get_by_role("button", name="Other noise").press("Enter")
        assert lines.first.get_attribute("d") != rough
        assert opened.faults == []


def test_eta_is_for_ddim_only(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("group", name="Sampler").get_by_label("Heun").check()
        expect(figure.get_by_label("share of fresh noise")).to_be_disabled()
        expect(figure.locator(".live-report")).to_contain_text("10 steps, 20 calls")
        assert opened.faults == []


def test_a_finger_on_a_narrow_screen(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, is_mobile=True) as opened:
        figure = opened.figure(NAME)
        assert figure.locator(".live-drawing svg").bounding_box()["width"] <= 340
        figure.get_by_role("group", name="Sampler").get_by_label("Heun").tap()
        expect(figure.locator(".live-report")).to_contain_text("20 calls")
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []
