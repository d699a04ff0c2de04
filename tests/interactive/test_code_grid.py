"""Every slider changes the codes that are decoded, and the words say what the change costs."""

import re

import pytest
import torch
from ipywidgets import IntSlider

from genbook.interactive import codebook, explore_code_grid
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.vae import VQVAE, EMAQuantiser, FactorizedDecoder, GridDecoder, GridEncoder, UniformCodes

OUTPUT = DiscretizedLogisticMixture(17, 2)


def model() -> VQVAE:
    with seeded(0):
        decoder = FactorizedDecoder(GridDecoder(2, 4, 1, OUTPUT.size, 8, 1), OUTPUT, (1, 8, 8))
        parts = GridEncoder(2, 1, 4, 8, 1), EMAQuantiser(5, 4), decoder, UniformCodes(5, 16)
        return VQVAE(*parts, (4, 4), OUTPUT.embed).eval()


def test_each_slider_changes_the_picture_and_the_price() -> None:
    with seeded(1):
        x = torch.randint(17, (3, 1, 8, 8)).float()
    vq = model()
    box = explore_code_grid(vq, x, top=16)
    sliders = [c for c in box.children if isinstance(c, IntSlider)]
    assert [s.max for s in sliders] == [2, 3, 3, 4]
    picture, words = box.children[-2:]
    seen = [picture.value]
    for slider, value in zip(sliders, (2, 1, 3, 4), strict=True):
        slider.value = value
        seen.append(picture.value)
    assert len(set(seen)) == 5
    own = vq.codes(x)[2]
    sliders[3].value = int(own[1, 3])
    before, after = (float(number) for number in re.findall(r"&?<= ([\d.]+)", words.value))
    assert before == after == pytest.approx(-vq.elbo(x[2:]).item(), abs=0.06), "its own code changes nothing"


def test_what_has_no_grid_of_two_dimensions_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a VQVAE whose grid has two dimensions"):
        explore_code_grid(torch.nn.Linear(1, 1), torch.zeros(1, 1, 8, 8), top=16)


def test_the_codebook_figure_takes_its_options() -> None:
    assert codebook(0.5, revive=True).options == {"memory": 0.5, "revive": "true"}
    with pytest.raises(ValueError, match=r"expected a number from 0 to 0\.95"):
        codebook(1.0)
    with pytest.raises(TypeError, match="expected True or False"):
        codebook(revive=1)
