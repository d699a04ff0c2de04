"""The function that the page on log Z defines is that of the library."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.ebm import RBM, BernoulliVisible, RBMPath, forward_log_weights, sigmoid_schedule
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "ebm" / "log_z.ipynb")


def test_annealed_log_weights() -> None:
    with seeded(0):
        path = RBMPath(RBM(BernoulliVisible(9), 5, scale=1.0).double())
    betas = sigmoid_schedule(13)
    with seeded(1), torch.no_grad():
        ours = PAGE.annealed_log_weights(path.log_density, path.transition, betas, path.base_sample(20))
    with seeded(1):
        theirs = forward_log_weights(path, betas, 20)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
