"""The functions that the page "Fast samplers" defines make the steps of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.data.toys import GaussianMixture
from genbook.diffusion import IdealDenoiser, VariancePreserving, ddim, dpm_solver_pp, levels, q_xs_xt_x0
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "diffusion" / "samplers.ipynb")
SCHEDULE = VariancePreserving()
DENOISER = IdealDenoiser(GaussianMixture([0.4, 0.6], [[-1.0], [1.0]], [[[0.1]], [[0.2]]]), SCHEDULE)


def test_ddim_step() -> None:
    times = torch.tensor([0.6, 0.4])
    now, then = levels(SCHEDULE, times)
    with seeded(0):
        x = torch.randn(6, 1).double()
    with seeded(1):
        theirs = ddim(DENOISER, SCHEDULE, x, times, eta=0.5)
    with seeded(1):
        noise = torch.randn_like(x)
    found = DENOISER(x, times[0])
    ours = PAGE.ddim_step(found.x_0, found.eps, then, 0.25 * q_xs_xt_x0(then, now).variance, noise)
    torch.testing.assert_close(ours, theirs)


def test_dpm_step() -> None:
    times, seen = torch.tensor([0.8, 0.6, 0.3]).double(), []
    with seeded(0):
        x = torch.randn(6, 1).double()
    theirs = dpm_solver_pp(DENOISER, SCHEDULE, x, times, record=seen.append)
    first, now, then = levels(SCHEDULE, times)
    h_before = torch.log(torch.tensor(now.alpha / now.sigma * first.sigma / first.alpha)).item()
    x_0_before, x_0 = DENOISER(x, times[0]).x_0, DENOISER(seen[0], times[1]).x_0
    ours = PAGE.dpm_step(seen[0], x_0, x_0_before, now, then, h_before)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
