"""Step by step the same as an independent library, given the same network output."""

import pytest
import torch

from genbook.diffusion import Discrete, Epsilon, NetworkDenoiser, ddim, dpm_solver_pp, linear_betas, pndm
from genbook.numerics import seeded

diffusers = pytest.importorskip("diffusers")
SCHEDULE = Discrete(linear_betas(1000))
SETTINGS = {"num_train_timesteps": 1000, "beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}


def network(x, t):
    """Some smooth function of x and t, for whole times 1, ..., 1000."""
    t = (t.double() / 1000).view(-1, *[1] * (x.dim() - 1))
    return torch.tanh(x * (1 + t)) * (0.5 + 0.5 * t) + 0.1 * torch.sin(3 * x)


def ours(sampler, x, times):
    seen = []
    sampler(NetworkDenoiser(network, SCHEDULE, Epsilon()), SCHEDULE, x, times, record=seen.append)
    return seen


def theirs(scheduler, x):
    seen = []
    for t in scheduler.timesteps:
        output = network(scheduler.scale_model_input(x, t), torch.tensor([int(t) + 1]).expand(len(x)))
        x = scheduler.step(output, t, x).prev_sample
        seen.append(x)
    return seen


def start():
    with seeded(0):
        return torch.randn(4, 3).double()


def test_ddim():
    scheduler = diffusers.DDIMScheduler(**SETTINGS, clip_sample=False)
    scheduler.set_timesteps(10)
    times = torch.cat([scheduler.timesteps + 1, torch.zeros(1, dtype=torch.long)])
    for a, b in zip(ours(ddim, start(), times), theirs(scheduler, start()), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def test_pndm():
    scheduler = diffusers.PNDMScheduler(**SETTINGS, skip_prk_steps=False, set_alpha_to_one=True)
    scheduler.set_timesteps(10)
    times = torch.arange(901, -1, -100)
    times = torch.cat([times, torch.zeros(1, dtype=torch.long)])
    seen = theirs(scheduler, start())
    ends = [*seen[3:12:4], *seen[12:]]  # three Runge-Kutta steps take four calls each
    for a, b in zip(ours(pndm, start(), times), ends, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def test_dpm_solver_pp():
    scheduler = diffusers.DPMSolverMultistepScheduler(**SETTINGS, algorithm_type="dpmsolver++", solver_order=2)
    scheduler.set_timesteps(20)
    times = torch.cat([scheduler.timesteps + 1, torch.zeros(1, dtype=torch.long)])
    for a, b in zip(ours(dpm_solver_pp, start(), times), theirs(scheduler, start()), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)


def test_euler_is_ddim_in_other_coordinates():
    scheduler = diffusers.EulerDiscreteScheduler(**SETTINGS, timestep_spacing="leading")
    scheduler.set_timesteps(10)
    times = torch.cat([scheduler.timesteps.long() + 1, torch.zeros(1, dtype=torch.long)])
    alphas = SCHEDULE.alpha(times)
    x = start()
    found = ours(ddim, x, times)
    for a, b, alpha in zip(found, theirs(scheduler, x / alphas[0]), alphas[1:], strict=True):
        torch.testing.assert_close(a / alpha, b, rtol=1e-5, atol=1e-5)
