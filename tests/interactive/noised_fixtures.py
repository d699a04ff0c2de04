"""The noised mixture as genbook computes it, for the live figure."""

from typing import Any

import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import IdealDenoiser, VariancePreserving

MIXTURE = GaussianMixture([0.3, 0.7], [[-1.5], [1.0]], [[[0.1]], [[0.25]]])


def noised_mixture() -> dict[str, Any]:
    """Return level, density, score and posterior mean at some times and places, and the posterior density."""
    schedule, x = VariancePreserving(), torch.linspace(-3.5, 3.5, 15, dtype=torch.float64)[:, None]
    clean = torch.linspace(-3, 3, 25, dtype=torch.float64)[:, None]
    ideal, rows = IdealDenoiser(MIXTURE, schedule), []
    for time in (0.02, 0.2, 0.5, 1.0):
        t = torch.tensor(time, dtype=torch.float64)
        alpha, sigma = schedule.alpha(t), schedule.sigma(t)
        law, noisy = MIXTURE.noised(float(alpha), float(sigma)), x[9]
        likelihood = torch.distributions.Normal(alpha * clean[:, 0], sigma).log_prob(noisy)
        bayes = MIXTURE.log_prob(clean) + likelihood - law.log_prob(noisy[None])
        rows.append(
            {
                "t": time,
                "x": x[:, 0].tolist(),
                "level": [float(alpha), float(sigma)],
                "log_p": law.log_prob(x).tolist(),
                "score": law.score(x)[:, 0].tolist(),
                "mean": ideal(x, t).x_0[:, 0].tolist(),
                "clean": clean[:, 0].tolist(),
                "posterior": bayes.exp().tolist(),
            }
        )
    return {"times": rows}
