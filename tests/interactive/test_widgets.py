"""Widgets carry the same modules as the website, complete and without a copy in the tree."""

import json
import re

import pytest
import torch
from ipywidgets import Dropdown, FloatSlider, IntSlider

from genbook.autoregressive import MADE, CharRNN, Tokens
from genbook.data import ALPHABET
from genbook.interactive import (
    char_bytes,
    char_model,
    code_trie,
    elbo_bars,
    explore_sampler,
    fid_samples,
    gan_2d,
    kl_tug_of_war,
    made_bytes,
    made_masks,
    made_sampler,
    mass_map,
    ppca_directions,
    rate_distortion,
)
from genbook.interactive.modules import closure, imports, live_folder, widget_source
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, Gaussian
from genbook.numerics import seeded

FIGURES = [
    "chains",
    "char-model",
    "code-trie",
    "codebook",
    "coupling-layers",
    "elbo-bars",
    "fid-samples",
    "gan-2d",
    "kl-tug-of-war",
    "latent-plane",
    "made-masks",
    "made-sampler",
    "noised-mixture",
    "ode-flow",
    "planar-flow",
    "ppca-directions",
    "push-down",
    "rate-distortion",
    "rbm-gibbs",
    "receptive-field",
    "sampler-paths",
]


def model(levels: int = 2, dim: int = 9) -> MADE:
    output = Bernoulli() if levels == 2 else Categorical(levels)
    with seeded(0):
        return MADE(MaskedMLP(dim, (8,), output.size, ordering=torch.randperm(dim)), output).eval()


def char_rnn(levels: int = len(ALPHABET), layers: int = 1) -> CharRNN:
    with seeded(1):
        return CharRNN(Tokens(levels, 4), Categorical(levels), hidden=5, layers=layers)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_module_comes_after_those_that_it_imports(figure: str) -> None:
    names = closure(f"figures/{figure}.mjs")
    assert names[-1] == f"figures/{figure}.mjs" and len(set(names)) == len(names)
    for place, name in enumerate(names):
        assert set(imports(name).values()) <= set(names[:place])


@pytest.mark.parametrize("path", sorted(p.relative_to(live_folder()).as_posix() for p in live_folder().rglob("*.mjs")))
def test_every_import_statement_is_found_and_leads_somewhere(path: str) -> None:
    text = (live_folder() / path).read_text(encoding="utf-8")
    assert sorted(imports(path)) == sorted(re.findall(r'\bfrom "([^"]+)"', text))
    assert all((live_folder() / target).is_file() for target in imports(path).values())


@pytest.mark.parametrize("figure", FIGURES)
def test_the_widget_holds_the_sources_word_for_word(figure: str) -> None:
    modules = json.loads(re.search(r"^const MODULES = (.*);$", widget_source(figure), re.MULTILINE)[1])
    for name, source, _ in modules:
        assert source == (live_folder() / name).read_text(encoding="utf-8")


def test_options_and_models_reach_the_widget() -> None:
    masks = made_masks(hidden=3, units=5)
    assert masks.options == {"hidden": 3, "units": 5} and masks.file == b""
    assert made_sampler().file == (live_folder() / "models" / "made-digits.safetensors").read_bytes()
    assert rate_distortion(4.0).file == (live_folder() / "models" / "rate-distortion.json").read_bytes()
    assert elbo_bars(bend=0.0).options == {"x": 1.5, "bend": 0.0, "mean": 0.0, "scale": 1.0}
    assert mass_map(steep=2).options == {"steep": 2}
    assert kl_tug_of_war(mean=1.0).options == {"mean": 1.0, "scale": 1.0, "separation": 5.0, "weight": 0.4}
    assert code_trie("tea").options == {"text": "tea"}
    assert fid_samples(16).options == {"features": 16, "n": 20, "shift": 0.0, "spread": 1.0}
    assert char_model(text="def ").options == {"text": "def ", "temperature": 1.0, "seed": 1}
    assert "text" not in char_model().options, "without a text the figure begins with its own question"
    assert char_model().file == (live_folder() / "models" / "text-char-rnn.safetensors").read_bytes()
    assert char_model(char_rnn()).file == char_bytes(char_rnn())
    assert ppca_directions(2.0).options == {"variance": 2.0, "example": 3} and len(ppca_directions().file) > 30_000
    own = model(levels=4)
    assert made_sampler(own).file == made_bytes(own)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: made_masks(hidden=4), ValueError),
        (lambda: made_masks(units=1), ValueError),
        (lambda: elbo_bars(scale=0.0), ValueError),
        (lambda: gan_2d("moons"), ValueError),
        (lambda: gan_2d(seed=-1), ValueError),
        (lambda: rate_distortion(0.0), ValueError),
        (lambda: kl_tug_of_war(scale=0.0), ValueError),
        (lambda: mass_map(steep=3.0), ValueError),
        (lambda: fid_samples(features=3), ValueError),
        (lambda: fid_samples(n=4), ValueError),
        (lambda: fid_samples(features=2.0), TypeError),
        (lambda: code_trie("e" * 49), ValueError),
        (lambda: code_trie(7), TypeError),
        (lambda: ppca_directions(variance=0.0), ValueError),
        (lambda: ppca_directions(example=10), ValueError),
        (lambda: char_model(text=7), TypeError),
        (lambda: char_model(text="e" * 2001), ValueError),
        (lambda: char_model(temperature=0.0), ValueError),
        (lambda: char_model(seed=-1), ValueError),
        (lambda: char_model(model()), TypeError),
        (lambda: char_model(char_rnn(levels=5)), ValueError),
        (lambda: char_model(char_rnn(layers=2)), ValueError),
        (lambda: made_masks(units=2.5), TypeError),
        (lambda: made_sampler(examples=torch.zeros(1, 64)), ValueError),
        (lambda: made_sampler("digits"), TypeError),
        (lambda: widget_source("no-such-figure"), ValueError),
        (lambda: explore_sampler({}), ValueError),
        (lambda: explore_sampler(torch.nn.Linear(2, 2)), TypeError),
        (lambda: explore_sampler(MADE(MaskedMLP(4, (3,), 2), Gaussian())), TypeError),
        (lambda: explore_sampler({"a": model(), "b": model(dim=4)}), ValueError),
        (lambda: explore_sampler(model(), shape=(2, 4)), ValueError),
        (lambda: explore_sampler(model(), torch.zeros(8)), ValueError),
        (lambda: explore_sampler(model(), n=0), ValueError),
    ],
)
def test_bad_input_gets_one_sentence(call, error: type) -> None:
    with pytest.raises(error, match="expected") as caught:
        call()
    assert "\n" not in str(caught.value)


def test_every_slider_changes_the_picture() -> None:
    box = explore_sampler({"a": model(3), "b": model(3).double()}, torch.arange(9.0) % 3)
    chosen, temperature, given, seed, picture, words = box.children
    assert (type(chosen), type(temperature), type(given), type(seed)) == (Dropdown, FloatSlider, IntSlider, IntSlider)
    seen = {bytes(picture.value)}
    for control, value in ((temperature, 0.2), (given, 8), (seed, 1)):
        control.value = value
        seen.add(bytes(picture.value))
    assert len(seen) == 4 and bytes(picture.value).startswith(b"\x89PNG")
    assert "temperature 0.2, the first 8 pixels given" in words.value and "nats" in words.value
    chosen.value = "b"
    assert len(explore_sampler(model()).children) == 5


def test_given_pixels_are_kept_and_a_seed_gives_the_same_images() -> None:
    from genbook.interactive.explore import _draw

    own, image = model(3), torch.arange(9.0) % 3
    drawn = _draw(own, image, (6, 1.0, 4), 5)
    first = own.order[:6]
    assert torch.equal(drawn[:, first], image[first].expand(5, -1))
    assert torch.equal(drawn, _draw(own, image, (6, 1.0, 4), 5))
    assert not torch.equal(drawn, _draw(own, image, (0, 1.0, 4), 5))
