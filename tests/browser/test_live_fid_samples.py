"""The bias of the Fréchet distance under mouse, touch and keyboard."""

import re

from playwright.sync_api import expect

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
NAME = "fid-samples"


def test_predict_then_watch_the_bias_shrink(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("one and the same Gaussian over 8 features")
        expect(figure.locator(".live-fid-dot")).to_have_count(0)
        guess = figure.get_by_label("Your guess of the mean estimate")
        for _ in range(2):
            guess.press("PageUp")
        expect(figure.locator(".live-slider output").first).to_have_text("3.0")
        figure.get_by_role("button", name="Check my guess").press("Enter")
        expect(figure.locator(".live-ask")).to_contain_text("Close. You said 3.00")
        expect(figure.get_by_role("button", name="Ask me another")).to_be_focused()
        expect(figure.locator(".live-fid-dot")).to_have_count(80)
        expect(figure.locator(".live-fid-guess")).to_have_count(1)
        expect(guess).to_be_hidden()
        figure.get_by_label("Samples in each set").press("End")
        expect(figure.locator(".live-fid-guess")).to_have_count(0)
        found = re.search(r"n = 1000: .* they are ([\d.]+) too high", figure.locator(".live-report").inner_text())
        assert found and 0.02 < float(found[1]) < 0.1
        assert opened.faults == []


def test_a_press_on_the_chart_chooses_n_and_a_drag_moves_it(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure, mouse = opened.figure(NAME), opened.page.mouse
        figure.get_by_role("button", name="Check my guess").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not quite.")
        box = figure.locator(".live-fid").bounding_box()
        mouse.move(box["x"] + box["width"] - 25, box["y"] + 100)
        mouse.down()
        expect(figure.locator(".live-report")).to_contain_text("n = 1000")
        mouse.move(box["x"] + 55, box["y"] + 120, steps=5)
        mouse.up()
        expect(figure.locator(".live-report")).to_contain_text("n = 5:")
        assert opened.faults == []


def test_a_tap_chooses_n_on_a_phone(live) -> None:
    with live(figure_html(NAME, 'data-features="2"'), width=360, has_touch=True) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Check my guess").tap()
        box = figure.locator(".live-fid").bounding_box()
        opened.page.touchscreen.tap(box["x"] + box["width"] - 20, box["y"] + 80)
        expect(figure.locator(".live-report")).to_contain_text("n = 1000")
        assert opened.faults == []


def test_the_truth_moves_with_the_gaussians_and_anew_draws_anew(live) -> None:
    with live(figure_html(NAME, 'data-n="500" data-spread="1.5"')) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("standard deviations 1 and 1.5: the true distance is 2.00")
        figure.get_by_role("button", name="Check my guess").click()
        report = figure.locator(".live-report")
        expect(report).to_contain_text("True distance 2.00")
        figure.get_by_label("Distance of the means").press("End")
        expect(report).to_contain_text("True distance 11.0")
        before = report.inner_text()
        figure.get_by_role("button", name="Draw anew").click()
        expect(report).not_to_have_text(before)
        figure.get_by_label("Features").press("Home")
        expect(report).to_contain_text("True distance 9.25")
        figure.get_by_role("button", name="Ask me another").click()
        expect(figure.locator(".live-ask")).to_contain_text("Predict first.")
        expect(figure.locator(".live-fid-dot")).to_have_count(0)
        assert opened.faults == []


def test_it_is_accessible_in_both_themes_and_fits_a_phone(live, axe_violations) -> None:
    for theme in ("light", "dark"):
        with live(figure_html(NAME), theme=theme, width=360, reduced_motion="reduce") as opened:
            figure = opened.figure(NAME)
            assert axe_violations(opened.page) == []
            figure.get_by_role("button", name="Check my guess").click()
            assert axe_violations(opened.page) == []
            assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
            assert opened.faults == []
