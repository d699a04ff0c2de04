"""How figures start: when seen, when asked, or not at all, and then the picture stays."""

from playwright.sync_api import expect

from .live_page import axe_violations, figure_html, live

__all__ = ["axe_violations", "live"]


def test_a_figure_starts_when_it_is_scrolled_into_view_and_not_before(live) -> None:
    body = f'<div style="height: 4000px"></div>{figure_html("made-masks")}'
    with live(body) as opened:
        host = opened.page.locator("[data-live]")
        expect(host).to_have_attribute("data-state", "waiting")
        expect(host.locator(".fallback")).to_be_visible()
        opened.page.wait_for_timeout(300)
        assert host.get_attribute("data-state") == "waiting"
        opened.figure("made-masks")
        expect(host.locator(".fallback")).to_have_count(0)
        assert opened.faults == []


def test_a_heavy_figure_waits_for_a_click(live) -> None:
    with live(figure_html("made-sampler", 'data-start="click"')) as opened:
        host = opened.page.locator("[data-live]")
        expect(host.locator(".fallback")).to_be_visible()
        expect(host.locator(".live")).to_have_count(0)
        host.get_by_role("button", name="Start the live figure").click()
        expect(host).to_have_attribute("data-state", "live")
        assert opened.faults == []


def test_without_scripts_the_picture_stands(live) -> None:
    with live(figure_html("made-masks"), java_script_enabled=False) as opened:
        expect(opened.page.locator(".fallback")).to_be_visible()


def test_a_figure_that_fails_says_so_under_the_picture(live) -> None:
    with live(figure_html("no-such-figure") + figure_html("made-masks")) as opened:
        broken = opened.page.locator("[data-live=no-such-figure]")
        expect(broken).to_have_attribute("data-state", "failed")
        expect(broken.locator(".fallback")).to_be_visible()
        expect(broken).to_contain_text("did not start")
        opened.figure("made-masks")


def test_a_model_that_is_missing_is_reported(live) -> None:
    with live("") as opened:
        opened.page.route("**/*.safetensors", lambda route: route.fulfill(status=404))
        opened.page.evaluate(f"() => {{ document.querySelector('main').innerHTML = `{figure_html('made-sampler')}`; }}")
        opened.page.evaluate("async () => { (await import('./_static/live/live.mjs')).findFigures(); }")
        host = opened.page.locator("[data-live]")
        expect(host).to_have_attribute("data-state", "failed")
        expect(host).to_contain_text("status 404")
        expect(host.locator(".fallback")).to_be_visible()


def test_figures_are_accessible_in_both_themes_and_fit_a_phone(live, axe_violations) -> None:
    body = figure_html("made-masks") + figure_html("made-sampler")
    for theme in ("light", "dark"):
        with live(body, theme=theme, width=360, reduced_motion="reduce") as opened:
            masks, sampler = opened.figure("made-masks"), opened.figure("made-sampler")
            assert axe_violations(opened.page) == []
            masks.get_by_role("button", name="Check my guess").click()
            masks.get_by_label("wrong: it leaks").check()
            sampler.get_by_role("button", name="Finish").click()
            assert axe_violations(opened.page) == []
            assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
            assert opened.faults == []
