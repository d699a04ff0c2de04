"""The figures about the adversarial game as widgets."""

import pytest

from genbook.interactive import game_orbits, gan_divergences
from genbook.interactive.modules import closure, imports


@pytest.mark.parametrize("figure", ["gan-divergences", "game-orbits"])
def test_every_module_comes_after_those_that_it_imports(figure: str) -> None:
    names = closure(f"figures/{figure}.mjs")
    assert names[-1] == f"figures/{figure}.mjs" and len(set(names)) == len(names)
    for place, name in enumerate(names):
        assert set(imports(name).values()) <= set(names[:place])


def test_options_reach_the_figure() -> None:
    assert gan_divergences(mean=-1.0).options == {"mean": -1.0, "scale": 0.5, "width": 0.5}
    assert game_orbits("minimax", weight=0.5).options == {
        "game": "minimax",
        "method": "alternating",
        "rate": 0.2,
        "weight": 0.5,
    }
    assert "spectralRadius" in game_orbits()._esm and "bestCritic" in gan_divergences()._esm


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: gan_divergences(mean=9.0), "mean, scale and width are 9.0"),
        (lambda: gan_divergences(scale=0.1), "expected -7.5 to 7.5"),
        (lambda: gan_divergences(width=0.0), "and 0.0, expected"),
        (lambda: game_orbits("chess"), "game is 'chess', expected one of xy, minimax"),
        (lambda: game_orbits(method="adam"), "method is 'adam'"),
        (lambda: game_orbits(rate=3.0), "rate and weight are 3.0 and 0.0"),
        (lambda: game_orbits(weight=-1.0), "and -1.0, expected"),
    ],
)
def test_bad_input(wrong, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()
