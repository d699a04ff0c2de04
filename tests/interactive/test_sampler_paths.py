"""The figure of the paths of samplers as a widget."""

import pytest

from genbook.interactive import sampler_paths


def test_options_reach_the_figure() -> None:
    figure = sampler_paths("heun", steps=20)
    assert figure.options == {"sampler": "heun", "steps": 20, "eta": 0.0, "seed": 1}
    assert "wasserstein" in figure._esm


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: sampler_paths("euler"), "sampler is 'euler', expected one of ddim, heun, dpm"),
        (lambda: sampler_paths(steps=1), "steps, eta and seed are 1, 0.0 and 1"),
        (lambda: sampler_paths(eta=1.5), "expected 2 to 60, 0 to 1"),
        (lambda: sampler_paths(seed=-1), "and -1, expected"),
    ],
)
def test_bad_input(wrong, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()
