"""Chains on two valleys: predict, run, and see what the diagnostics do not."""

import re

from playwright.sync_api import Locator, expect

from .live_page import figure_html, live

__all__ = ["live"]
NAME = "chains"


def numbers(figure: Locator) -> tuple[float, float]:
    """Return R-hat and the share of draws in the lower left valley as the report states them."""
    text = figure.locator(".live-report").inner_text()
    return float(re.search(r"R-hat ~ ([\d.]+)", text)[1]), float(re.search(r"(\d+) % of the draws", text)[1])


def test_chains_that_never_cross_look_perfect(live) -> None:
    with live(
        figure_html(NAME, 'data-distance="4" data-kernel="mala" data-size="0.3"'), reduced_motion="reduce"
    ) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first")
        figure.get_by_label("all three").check()
        figure.get_by_role("button", name="Run 500 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Not so. None of the chains has been")
        r_hat, share = numbers(figure)
        assert r_hat < 1.05 and share == 0
        figure.get_by_label("Start one chain in the lower left valley").check()
        expect(figure.locator(".live-ask")).to_contain_text("one in the lower left")
        figure.get_by_label("one or two").check()
        figure.get_by_role("button", name="Run 500 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Right. One chain has been")
        r_hat, share = numbers(figure)
        assert r_hat > 3 and 30 < share < 36
        assert opened.faults == []


def test_long_blind_leaps_cross(live) -> None:
    with live(
        figure_html(NAME, 'data-distance="4" data-kernel="metropolis" data-size="4"'), reduced_motion="reduce"
    ) as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Run 500 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Done. 3 chains have been")
        assert opened.faults == []


def test_a_step_that_is_too_large_loses_the_chains_and_the_figure_says_so(live) -> None:
    with live(figure_html(NAME), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        figure.get_by_label("Step size").press("End")
        figure.get_by_role("button", name="Run 500 steps").click()
        expect(figure.locator(".live-ask")).to_contain_text("Lost. The step is too large")
        figure.get_by_label("Step size").press("Home")
        expect(figure.locator(".live-report")).to_contain_text("no steps yet")
        assert opened.faults == []


def test_the_run_is_animated_and_can_be_stopped(live) -> None:
    with live(figure_html(NAME), reduced_motion="no-preference") as opened:
        figure = opened.figure(NAME)
        figure.get_by_role("button", name="Run 500 steps").click()
        figure.get_by_role("button", name="Stop").click()
        expect(figure.locator(".live-report")).to_contain_text("Langevin never rejects. After")
        figure.get_by_role("button", name="Run 500 steps").click()
        expect(figure.locator(".live-report")).to_contain_text("After 500 steps", timeout=20_000)
        assert opened.faults == []


def test_keys_and_fingers_change_the_landscape(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        distance = figure.get_by_label("Distance of the valleys")
        before = distance.get_attribute("aria-valuetext")
        distance.press("ArrowLeft")
        assert distance.get_attribute("aria-valuetext") != before
        assert "nats to climb" in distance.get_attribute("aria-valuetext")
        figure.get_by_role("button", name="One step").tap()
        expect(figure.locator(".live-report")).to_contain_text("After 1 step,")
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_every_sampler_runs_and_the_same_seed_gives_the_same_chains(live) -> None:
    with live(figure_html(NAME, 'data-distance="1.5" data-size="0.6"'), reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        for name in ("Langevin", "MALA", "Metropolis (blind)", "HMC, 5 leapfrogs", "Gibbs"):
            reports = []
            for other in (
                "Gibbs" if name != "Gibbs" else "MALA",
                "HMC, 5 leapfrogs" if name != "HMC, 5 leapfrogs" else "MALA",
            ):
                figure.get_by_label(other, exact=True).check()
                figure.get_by_label(name, exact=True).check()
                figure.get_by_role("button", name="Run 500 steps").click()
                expect(figure.locator(".live-report")).to_contain_text("After 500 steps")
                reports.append(figure.locator(".live-report").inner_text())
            assert reports[0] == reports[1] and "R-hat" in reports[0]
        assert opened.faults == []
