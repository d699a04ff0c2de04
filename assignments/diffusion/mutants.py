"""Solutions that the checks of the assignment on diffusion have to reject, and differently written ones they accept.

A text replaces the definitions of the same names in the reference; what it does not define stays as it is there.
"""

WRONG = {
    "compose": {
        "variances added without shrinking": """
def segment(shrink, noise, r, s):
    return shrink[r:s].prod(), noise[r:s].sum()
""",
        "as if variance were preserved": """
def segment(shrink, noise, r, s):
    scale = shrink[r:s].prod()
    return scale, 1 - scale**2
""",
        "the factor shrinks the variance": """
def segment(shrink, noise, r, s):
    scale, var = torch.ones((), dtype=shrink.dtype), torch.zeros((), dtype=shrink.dtype)
    for c, n in zip(shrink[r:s], noise[r:s]):
        scale, var = c * scale, c * var + n
    return scale, var
""",
        "new noise shrinks as well": """
def segment(shrink, noise, r, s):
    scale, var = torch.ones((), dtype=shrink.dtype), torch.zeros((), dtype=shrink.dtype)
    for c, n in zip(shrink[r:s], noise[r:s]):
        scale, var = c * scale, c**2 * (var + n)
    return scale, var
""",
        "a segment one step too long": """
def segment(shrink, noise, r, s):
    scale, var = torch.ones((), dtype=shrink.dtype), torch.zeros((), dtype=shrink.dtype)
    for i in range(max(r - 1, 0), s):
        scale, var = shrink[i] * scale, shrink[i] ** 2 * var + noise[i]
    return scale, var
""",
        "posterior with the later marginal": """
def posterior(x, x0, shrink, noise, s):
    scale, before = segment(shrink, noise, 0, s)
    c, n = shrink[s - 1], noise[s - 1]
    total = c**2 * before + n
    return (n * scale * x0 + c * before * x) / total, before * n / total
""",
        "no answer at the first step": """
def posterior(x, x0, shrink, noise, s):
    scale, before = segment(shrink, noise, 0, s - 1)
    c, n = shrink[s - 1], noise[s - 1]
    var = 1 / (1 / before + c**2 / n)
    return var * (scale * x0 / before + c * x / n), var
""",
        "the step's variance for the posterior's": """
def posterior(x, x0, shrink, noise, s):
    scale, before = segment(shrink, noise, 0, s - 1)
    c, n = shrink[s - 1], noise[s - 1]
    total = c**2 * before + n
    return (n * scale * x0 + c * before * x) / total, n
""",
        "weights exchanged": """
def posterior(x, x0, shrink, noise, s):
    scale, before = segment(shrink, noise, 0, s - 1)
    c, n = shrink[s - 1], noise[s - 1]
    total = c**2 * before + n
    return (c * before * scale * x0 + n * x) / total, before * n / total
""",
    },
    "score": {
        "components not normalised": """
def score(x, scale, var, weights, means, variances):
    total = scale**2 * variances + var
    towards = scale * means - x[:, None]
    log_r = weights.log() - 0.5 * towards.square().sum(-1) / total
    return (log_r.softmax(1)[..., None] * towards / total[:, None]).sum(1)
""",
        "densities that underflow": """
def score(x, scale, var, weights, means, variances):
    total = scale**2 * variances + var
    towards = scale * means - x[:, None]
    p = weights * total ** (-0.5 * x.shape[1]) * (-0.5 * towards.square().sum(-1) / total).exp()
    return (p[..., None] * towards / total[:, None]).sum(1) / p.sum(1, keepdim=True)
""",
        "means not scaled": """
def score(x, scale, var, weights, means, variances):
    total = scale**2 * variances + var
    towards = means - x[:, None]
    log_r = weights.log() - 0.5 * x.shape[1] * total.log() - 0.5 * towards.square().sum(-1) / total
    return (log_r.softmax(1)[..., None] * towards / total[:, None]).sum(1)
""",
        "variances not scaled": """
def score(x, scale, var, weights, means, variances):
    total = variances + var
    towards = scale * means - x[:, None]
    log_r = weights.log() - 0.5 * x.shape[1] * total.log() - 0.5 * towards.square().sum(-1) / total
    return (log_r.softmax(1)[..., None] * towards / total[:, None]).sum(1)
""",
        "wrong sign": """
def score(x, scale, var, weights, means, variances):
    total = scale**2 * variances + var
    away = x[:, None] - scale * means
    log_r = weights.log() - 0.5 * x.shape[1] * total.log() - 0.5 * away.square().sum(-1) / total
    return (log_r.softmax(1)[..., None] * away / total[:, None]).sum(1)
""",
        "the standard deviation in Tweedie's formula": """
def tweedie(x, score_value, scale, var):
    return (x + var**0.5 * score_value) / scale
""",
        "Tweedie without the factor": """
def tweedie(x, score_value, scale, var):
    return x + var * score_value
""",
        "rotated the wrong way": """
def from_velocity(x, v, phi):
    x0 = math.cos(phi) * x + math.sin(phi) * v
    eps = math.cos(phi) * v - math.sin(phi) * x
    return x0, eps, -eps / math.sin(phi)
""",
        "score over the variance": """
def from_velocity(x, v, phi):
    x0 = math.cos(phi) * x - math.sin(phi) * v
    eps = math.sin(phi) * x + math.cos(phi) * v
    return x0, eps, -eps / math.sin(phi) ** 2
""",
    },
    "ancestral": {
        "uniform noise of the right mean and variance": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + (12 * var).sqrt() * (torch.rand_like(x) - 0.5)
""",
        "variance as the standard deviation": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + var * torch.randn_like(x)
""",
        "one noise for the whole batch": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + var.sqrt() * torch.randn(1, x.shape[1], dtype=x.dtype)
""",
        "one noise for all coordinates": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + var.sqrt() * torch.randn(len(x), 1, dtype=x.dtype)
""",
        "no noise": """
def ancestral_step(x, s, denoiser, shrink, noise):
    return posterior(x, denoiser(x, s), shrink, noise, s)[0]
""",
        "noise of the forward step": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, _ = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + (noise[s - 1].sqrt() if s > 1 else 0) * torch.randn_like(x)
""",
        "noise in the last step": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    return mean + (var.sqrt() if s > 1 else 0.01) * torch.randn_like(x)
""",
        "denoiser asked one step too early": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, max(s - 1, 1)), shrink, noise, s)
    return mean + var.sqrt() * torch.randn_like(x)
""",
        "walks the wrong way": """
def ancestral(x, denoiser, shrink, noise):
    for s in range(1, len(shrink) + 1):
        x = ancestral_step(x, s, denoiser, shrink, noise)
    return x
""",
        "leaves out the last step": """
def ancestral(x, denoiser, shrink, noise):
    for s in range(len(shrink), 1, -1):
        x = ancestral_step(x, s, denoiser, shrink, noise)
    return x
""",
        "keeps the first guess": """
def ancestral(x, denoiser, shrink, noise):
    guess = denoiser(x, len(shrink))
    for s in range(len(shrink), 0, -1):
        x = ancestral_step(x, s, lambda x, s: guess, shrink, noise)
    return x
""",
        "the same noise in every step": """
def ancestral(x, denoiser, shrink, noise):
    eps = torch.randn_like(x)
    for s in range(len(shrink), 0, -1):
        mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
        x = mean + var.sqrt() * eps
    return x
""",
        "noises the guess afresh": """
def ancestral_step(x, s, denoiser, shrink, noise):
    scale, var = segment(shrink, noise, 0, s - 1)
    return scale * denoiser(x, s) + var.sqrt() * torch.randn_like(x)
""",
    },
    "ddim": {
        "the angle grows": """
def ddim_step(x, v, phi, psi, eta, eps):
    x0, predicted, _ = from_velocity(x, v, phi)
    rho = math.sin(psi) ** 2 / math.sin(phi) ** 2 * (1 - math.cos(phi) ** 2 / math.cos(psi) ** 2)
    fresh = eta * math.sqrt(rho)
    return math.cos(psi) * x0 - math.sqrt(math.sin(psi) ** 2 - fresh**2) * predicted + fresh * eps
""",
        "fresh noise added without taking any away": """
def ddim_step(x, v, phi, psi, eta, eps):
    x0, predicted, _ = from_velocity(x, v, phi)
    rho = math.sin(psi) ** 2 / math.sin(phi) ** 2 * (1 - math.cos(phi) ** 2 / math.cos(psi) ** 2)
    return math.cos(psi) * x0 + math.sin(psi) * predicted + eta * math.sqrt(rho) * eps
""",
        "the dial without its root": """
def ddim_step(x, v, phi, psi, eta, eps):
    x0, predicted, _ = from_velocity(x, v, phi)
    rho = math.sin(psi) ** 2 / math.sin(phi) ** 2 * (1 - math.cos(phi) ** 2 / math.cos(psi) ** 2)
    return math.cos(psi) * x0 + math.sqrt(math.sin(psi) ** 2 - eta * rho) * predicted + math.sqrt(eta * rho) * eps
""",
        "x itself for the predicted noise": """
def ddim_step(x, v, phi, psi, eta, eps):
    x0, _, _ = from_velocity(x, v, phi)
    rho = math.sin(psi) ** 2 / math.sin(phi) ** 2 * (1 - math.cos(phi) ** 2 / math.cos(psi) ** 2)
    fresh = eta * math.sqrt(rho)
    return math.cos(psi) * x0 + math.sqrt(math.sin(psi) ** 2 - fresh**2) * x + fresh * eps
""",
        "Euler for the rotation": """
def ddim_step(x, v, phi, psi, eta, eps):
    rho = math.sin(psi) ** 2 / math.sin(phi) ** 2 * (1 - math.cos(phi) ** 2 / math.cos(psi) ** 2)
    return x - (phi - psi) * v + eta * math.sqrt(rho) * eps
""",
        "velocity asked where the step ends": """
def ddim(x, velocity, angles):
    for phi, psi in zip(angles[:-1], angles[1:]):
        x = ddim_step(x, velocity(x, psi), phi, psi, 0.0, torch.zeros_like(x))
    return x
""",
        "velocity asked once": """
def ddim(x, velocity, angles):
    v = velocity(x, angles[0])
    for phi, psi in zip(angles[:-1], angles[1:]):
        x = ddim_step(x, v, phi, psi, 0.0, torch.zeros_like(x))
    return x
""",
        "last step left out": """
def ddim(x, velocity, angles):
    for phi, psi in zip(angles[:-2], angles[1:-1]):
        x = ddim_step(x, velocity(x, phi), phi, psi, 0.0, torch.zeros_like(x))
    return x
""",
        "returns the guess, not the walk": """
def ddim(x, velocity, angles):
    return from_velocity(x, velocity(x, angles[0]), angles[0])[0]
""",
    },
    "train": {
        "velocity with the wrong sign": """
def velocity_loss(network, x0, phi, eps):
    c, s = phi.cos()[:, None], phi.sin()[:, None]
    return (network(c * x0 + s * eps, phi) + c * eps - s * x0).square().sum(-1)
""",
        "predicts the noise": """
def velocity_loss(network, x0, phi, eps):
    x = phi.cos()[:, None] * x0 + phi.sin()[:, None] * eps
    return (network(x, phi) - eps).square().sum(-1)
""",
        "mean over the dimensions": """
def velocity_loss(network, x0, phi, eps):
    c, s = phi.cos()[:, None], phi.sin()[:, None]
    return (network(c * x0 + s * eps, phi) - c * eps + s * x0).square().mean(-1)
""",
        "uniform noise of the right mean and variance": """
def loss(network, x0):
    phi = torch.rand(len(x0), dtype=x0.dtype) * math.pi / 2
    eps = (torch.rand_like(x0) - 0.5) * math.sqrt(12)
    return velocity_loss(network, x0, phi, eps).mean()
""",
        "one time for the whole batch": """
def loss(network, x0):
    phi = torch.rand(1, dtype=x0.dtype).expand(len(x0)) * math.pi / 2
    return velocity_loss(network, x0, phi, torch.randn_like(x0)).mean()
""",
        "times up to one instead of a right angle": """
def loss(network, x0):
    phi = torch.rand(len(x0), dtype=x0.dtype)
    return velocity_loss(network, x0, phi, torch.randn_like(x0)).mean()
""",
        "noise shared by the coordinates": """
def loss(network, x0):
    phi = torch.rand(len(x0), dtype=x0.dtype) * math.pi / 2
    eps = torch.randn(len(x0), 1, dtype=x0.dtype).expand_as(x0)
    return velocity_loss(network, x0, phi, eps).mean()
""",
        "time given to the network, not the angle": """
def loss(network, x0):
    r = torch.rand(len(x0), dtype=x0.dtype)
    told = lambda x, phi: network(x, 1 - phi * 2 / math.pi)
    return velocity_loss(told, x0, (1 - r) * math.pi / 2, torch.randn_like(x0)).mean()
""",
        "no gradient": """
def loss(network, x0):
    phi = torch.rand(len(x0), dtype=x0.dtype) * math.pi / 2
    value = velocity_loss(network, x0, phi, torch.randn_like(x0)).mean()
    return value.detach() + 0 * value
""",
        "an untrained network": """
def train(seed=0):
    return {name: value.detach() for name, value in MLP(4, (WIDTH, WIDTH), 2, nn.Tanh).state_dict().items()}
""",
    },
}

RIGHT = {
    "compose": {
        "cumulative products": """
def marginals(shrink, noise):
    scale = shrink.cumprod(0)
    return scale, scale**2 * (noise / scale**2).cumsum(0)


def segment(shrink, noise, r, s):
    if r == s:
        return 1.0, 0.0
    scale, var = marginals(shrink[r:s], noise[r:s])
    return scale[-1], var[-1]


def posterior(x, x0, shrink, noise, s):
    if s == 1:
        return x0.clone(), 0.0
    scale, var = (each[s - 2] for each in marginals(shrink, noise))
    precision = 1 / var + shrink[s - 1] ** 2 / noise[s - 1]
    return (scale * x0 / var + shrink[s - 1] * x / noise[s - 1]) / precision, 1 / precision
""",
        "conditioning as a Kalman filter does": """
def marginals(shrink, noise):
    scales, variances = [shrink[0]], [noise[0]]
    for c, n in zip(shrink[1:], noise[1:]):
        scales.append(c * scales[-1])
        variances.append(c * variances[-1] * c + n)
    return torch.stack(scales), torch.stack(variances)


def posterior(x, x0, shrink, noise, s):
    scale, var = segment(shrink, noise, 0, s - 1)
    gain = var * shrink[s - 1] / (shrink[s - 1] ** 2 * var + noise[s - 1])
    innovation = x - shrink[s - 1] * scale * x0
    return scale * x0 + gain * innovation, (1 - gain * shrink[s - 1]) * var
""",
    },
    "score": {
        "autograd of the log-density": """
def score(x, scale, var, weights, means, variances):
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        spread = (scale**2 * variances + var).sqrt()[:, None].expand_as(means)
        parts = torch.distributions.Normal(scale * means, spread).log_prob(x[:, None]).sum(-1)
        return torch.autograd.grad((weights.log() + parts).logsumexp(1).sum(), x)[0]


def from_velocity(x, v, phi):
    c, s = math.cos(phi), math.sin(phi)
    eps = s * x + c * v
    x0 = (x - s * eps) / c
    return [x0, eps, (c * x0 - x) / s**2]
""",
        "loops over components": """
def score(x, scale, var, weights, means, variances):
    logs, slopes = [], []
    for w, mean, tau in zip(weights, means, variances):
        total = scale * scale * tau + var
        away = x - scale * mean
        logs.append(torch.log(w) - x.shape[1] / 2 * torch.log(total) - (away**2).sum(1) / (2 * total))
        slopes.append(-away / total)
    logs = torch.stack(logs)
    r = (logs - torch.logsumexp(logs, 0)).exp()
    return sum(each[:, None] * slope for each, slope in zip(r, slopes))


def tweedie(x, score_value, scale, var):
    return x / scale + score_value * (var / scale)
""",
    },
    "ancestral": {
        "a branch for the last step": """
def ancestral_step(x, s, denoiser, shrink, noise):
    guess = denoiser(x, s)
    if s == 1:
        return guess
    mean, var = posterior(x, guess, shrink, noise, s)
    return torch.normal(mean, float(var) ** 0.5)
""",
        "row by row noise with the sign turned": """
def ancestral_step(x, s, denoiser, shrink, noise):
    mean, var = posterior(x, denoiser(x, s), shrink, noise, s)
    eps = torch.stack([torch.randn(x.shape[1], dtype=torch.float64) for _ in range(len(x))])
    return mean - eps * math.sqrt(float(var))


def ancestral(x, denoiser, shrink, noise, s=None):
    s = len(shrink) if s is None else s
    return x if s == 0 else ancestral(ancestral_step(x, s, denoiser, shrink, noise), denoiser, shrink, noise, s - 1)
""",
    },
    "ddim": {
        "by the posterior of a chain": """
def ddim_step(x, v, phi, psi, eta, eps):
    x0, predicted, _ = from_velocity(x, v, phi)
    c = math.cos(phi) / math.cos(psi)
    rho = math.sin(psi) ** 2 * (1 - c * c) / math.sin(phi) ** 2
    kept = math.sqrt(math.sin(psi) ** 2 - eta * eta * rho)
    return x0 * math.cos(psi) + predicted * kept + eps * eta * math.sqrt(rho)
""",
        "rotations": """
def ddim(x, velocity, angles):
    here = angles[0]
    for there in angles[1:]:
        turn = here - there
        x, here = math.cos(turn) * x - math.sin(turn) * velocity(x, here), there
    return x
""",
    },
    "train": {
        "angles drawn directly, time reversed": """
def velocity_loss(network, x0, phi, eps):
    phi_ = phi.unsqueeze(-1)
    noised = torch.cos(phi_) * x0 + torch.sin(phi_) * eps
    target = torch.cos(phi_) * eps - torch.sin(phi_) * x0
    return ((target - network(noised, phi)) ** 2).sum(1)


def loss(network, x0):
    phi = 0.5 * math.pi * torch.rand(x0.shape[0], dtype=x0.dtype)
    eps = torch.normal(torch.zeros_like(x0), 1.0)
    return velocity_loss(network, x0, phi, eps).sum() / len(x0)
""",
        "stratified times in random order": """
def loss(network, x0):
    n = len(x0)
    r = ((torch.arange(n) + torch.rand(n, dtype=x0.dtype)) / n)[torch.randperm(n)]
    return velocity_loss(network, x0, (1 - r) * (math.pi / 2), torch.randn_like(x0)).mean()
""",
    },
}
