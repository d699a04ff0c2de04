"""The layers of a coupling flow under mouse, touch and keyboard."""

from playwright.sync_api import expect

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]
NAME = "coupling-layers"


def dots(figure) -> str:
    """Where the points of the first group are drawn."""
    return figure.locator(".live-layers-dots.is-0").get_attribute("d")


def test_predict_and_walk_through_the_layers_by_keyboard(live) -> None:
    with live(figure_html(NAME)) as opened:
        figure = opened.figure(NAME)
        expect(figure.locator(".live-ask")).to_contain_text("Predict first.")
        expect(figure.locator(".live-layers-line")).to_have_count(26)
        before = dots(figure)
        figure.get_by_label("no, never").check()
        layer = figure.get_by_label("Layers passed")
        layer.press("ArrowRight")
        expect(figure.locator(".live-report")).to_contain_text("Layer 1 keeps")
        assert dots(figure) != before
        layer.press("End")
        expect(figure.locator(".live-ask")).to_contain_text("Right.")
        expect(figure.locator(".live-report")).to_contain_text("Layer 8")
        layer.press("Home")
        expect(figure.locator(".live-report")).to_contain_text("before the first layer")
        assert dots(figure) == before
        figure.get_by_label("Show the grid").press("Space")
        expect(figure.locator(".live-layers-line")).to_have_count(0)
        assert opened.faults == []


def test_play_moves_the_points_and_ends_at_the_verdict(live) -> None:
    with live(figure_html(NAME, 'data-layer="7"')) as opened:
        figure = opened.figure(NAME)
        before = dots(figure)
        figure.get_by_role("button", name="Play").click()
        expect(figure.locator(".live-ask")).to_contain_text("Done.", timeout=20_000)
        expect(figure.get_by_role("button", name="Play")).to_be_visible()
        assert dots(figure) != before
        assert opened.faults == []


def test_noise_to_data_on_a_phone(live) -> None:
    with live(figure_html(NAME), width=360, has_touch=True, reduced_motion="reduce") as opened:
        figure = opened.figure(NAME)
        figure.get_by_text("noise to data").tap()
        expect(figure.locator(".live-ask")).to_contain_text("400 draws")
        expect(figure.locator(".live-report")).to_contain_text("The noise, as drawn.")
        figure.get_by_text("below 5 %").tap()
        figure.get_by_role("button", name="Play").tap()
        expect(figure.locator(".live-ask")).to_contain_text("Right.")
        assert opened.faults == []


def test_it_is_accessible_in_both_themes_and_fits_a_phone(live, axe_violations) -> None:
    for theme in ("light", "dark"):
        with live(figure_html(NAME, 'data-direction="backward"'), theme=theme, width=360) as opened:
            assert axe_violations(opened.page) == []
            assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
            assert opened.faults == []
