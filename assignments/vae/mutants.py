"""Solutions that the checks of the assignment on VAEs have to reject, and differently written ones they accept.

A text replaces the definitions of the same names in the reference; what it does not define stays as it is there.
"""

WRONG = {
    "kl": {
        "the other direction": """
def kl_to_prior(mean, log_precision, centre, root):
    precision = root @ root.T
    variance = torch.linalg.inv(precision).diagonal()
    distance = (log_precision.exp() * (mean - centre).square()).sum(-1)
    log_det = 2 * root.diagonal().log().sum()
    return 0.5 * ((log_precision.exp() * variance).sum(-1) + distance - mean.shape[-1] + log_det - log_precision.sum(-1))
""",
        "sign of the determinants": """
def kl_to_prior(mean, log_precision, centre, root):
    trace = ((root @ root.T).diagonal() * (-log_precision).exp()).sum(-1)
    distance = ((mean - centre) @ root).square().sum(-1)
    log_det = 2 * root.diagonal().log().sum()
    return 0.5 * (trace + distance - mean.shape[-1] + log_det - log_precision.sum(-1))
""",
        "the root from the wrong side": """
def kl_to_prior(mean, log_precision, centre, root):
    precision = root.T @ root
    trace = (precision.diagonal() * (-log_precision).exp()).sum(-1)
    distance = ((mean - centre) @ root.T).square().sum(-1)
    log_det = 2 * root.diagonal().log().sum()
    return 0.5 * (trace + distance - mean.shape[-1] - log_det + log_precision.sum(-1))
""",
        "half a determinant": """
def kl_to_prior(mean, log_precision, centre, root):
    trace = ((root @ root.T).diagonal() * (-log_precision).exp()).sum(-1)
    distance = ((mean - centre) @ root).square().sum(-1)
    log_det = root.diagonal().log().sum()
    return 0.5 * (trace + distance - mean.shape[-1] - log_det + log_precision.sum(-1))
""",
        "exp(log precision) as the variance": """
def kl_to_prior(mean, log_precision, centre, root):
    trace = ((root @ root.T).diagonal() * log_precision.exp()).sum(-1)
    distance = ((mean - centre) @ root).square().sum(-1)
    log_det = 2 * root.diagonal().log().sum()
    return 0.5 * (trace + distance - mean.shape[-1] - log_det - log_precision.sum(-1))
""",
        "summed over the batch": """
def kl_to_prior(mean, log_precision, centre, root):
    trace = ((root @ root.T).diagonal() * (-log_precision).exp()).sum(-1)
    distance = ((mean - centre) @ root).square().sum(-1)
    log_det = 2 * root.diagonal().log().sum()
    return 0.5 * (trace + distance - mean.shape[-1] - log_det + log_precision.sum(-1)).sum()
""",
    },
    "reparameterisation": {
        "uniform noise of the right mean and variance": """
def draw(mean, log_precision, n):
    u = torch.rand(n, *mean.shape, dtype=mean.dtype)
    return mean + (-0.5 * log_precision).exp() * math.sqrt(12) * (u - 0.5)
""",
        "variance as the standard deviation": """
def draw(mean, log_precision, n):
    return mean + (-log_precision).exp() * torch.randn(n, *mean.shape, dtype=mean.dtype)
""",
        "one noise for all entries": """
def draw(mean, log_precision, n):
    return mean + (-0.5 * log_precision).exp() * torch.randn(n, 1, 1, dtype=mean.dtype)
""",
        "a fixed seed": """
def draw(mean, log_precision, n):
    eps = torch.randn(n, *mean.shape, dtype=mean.dtype, generator=torch.Generator().manual_seed(0))
    return mean + (-0.5 * log_precision).exp() * eps
""",
        "noise on a coarse grid": """
def draw(mean, log_precision, n):
    eps = torch.randn(n, *mean.shape, dtype=mean.dtype).mul(2).round().div(2)
    return mean + (-0.5 * log_precision).exp() * eps
""",
        "no path to the log precision": """
def pathwise(mean, log_precision, eps, slope, curve):
    mean = mean.detach().clone().requires_grad_()
    z = mean + (-0.5 * log_precision).exp() * eps
    value = f(z, slope, curve).mean()
    return value.detach(), torch.autograd.grad(value, mean)[0], torch.zeros_like(log_precision)
""",
        "the score function estimator": """
def pathwise(mean, log_precision, eps, slope, curve):
    scale = (-0.5 * log_precision).exp()
    values = f(mean + scale * eps, slope, curve)[:, None]
    return values.mean(), (values * eps / scale).mean(0), (values * 0.5 * (1 - eps.square())).mean(0)
""",
        "gradient of the sum": """
def pathwise(mean, log_precision, eps, slope, curve):
    scale = (-0.5 * log_precision).exp()
    z = mean + scale * eps
    towards = slope + z @ curve
    return f(z, slope, curve).mean(), towards.sum(0), (towards * -0.5 * scale * eps).sum(0)
""",
    },
    "linear_gaussian": {
        "exp(-log precision) as the standard deviation": """
def elbo(x, weight, bias, tau, mean, log_precision):
    log_precision = 2 * log_precision
    error = x - bias - mean @ weight.T
    spread = (-log_precision).exp() @ weight.square().T
    reconstruction = 0.5 * ((tau / (2 * math.pi)).log() - tau * (error.square() + spread)).sum(-1)
    return reconstruction - 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "reconstruction at the mean of q": """
def elbo(x, weight, bias, tau, mean, log_precision):
    error = x - bias - mean @ weight.T
    reconstruction = 0.5 * ((tau / (2 * math.pi)).log() - tau * error.square()).sum(-1)
    return reconstruction - 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "the evidence, whatever q is": """
def elbo(x, weight, bias, tau, mean, log_precision):
    covariance = weight @ weight.T + torch.diag(1 / tau)
    return torch.distributions.MultivariateNormal(bias, covariance).log_prob(x)
""",
        "noise precision read as a variance": """
def posterior(x, weight, bias, tau):
    precision = torch.eye(weight.shape[1], dtype=x.dtype) + weight.T @ (weight / tau[:, None])
    return torch.linalg.solve(precision, weight.T @ ((x - bias) / tau).T).T, precision
""",
        "posterior without the prior": """
def posterior(x, weight, bias, tau):
    precision = weight.T @ (tau[:, None] * weight)
    return torch.linalg.solve(precision, weight.T @ (tau * (x - bias)).T).T, precision
""",
        "a covariance for the precision": """
def posterior(x, weight, bias, tau):
    precision = torch.eye(weight.shape[1], dtype=x.dtype) + weight.T @ (tau[:, None] * weight)
    return torch.linalg.solve(precision, weight.T @ (tau * (x - bias)).T).T, torch.linalg.inv(precision)
""",
    },
    "iwae": {
        "the mean of the logarithms": """
def iwae_bound(log_w, size):
    return log_w.mean(0)
""",
        "no division by k": """
def iwae_bound(log_w, size):
    return log_w.view(len(log_w) // size, size, -1).logsumexp(1).mean(0)
""",
        "exponentials that overflow": """
def iwae_bound(log_w, size):
    return log_w.view(len(log_w) // size, size, -1).exp().mean(1).log().mean(0)
""",
        "groups that mix the images": """
def iwae_bound(log_w, size):
    groups = log_w.reshape(-1, size, len(log_w) // size)
    return (groups.logsumexp(1) - math.log(size)).mean(1)
""",
        "only the first group": """
def iwae_bound(log_w, size):
    return log_w[:size].logsumexp(0) - math.log(size)
""",
        "weights normalised over the batch": """
def importance_mean(log_w, z):
    return (log_w.softmax(1)[..., None] * z).sum(0)
""",
        "plain mean of z": """
def importance_mean(log_w, z):
    return z.mean(0)
""",
        "no constants in the densities": """
def log_weights(x, z, weight, bias, tau, mean, log_precision):
    log_likelihood = -0.5 * (tau * (x - z @ weight.T - bias).square()).sum(-1)
    log_q = -0.5 * (log_precision.exp() * (z - mean).square()).sum(-1)
    return log_likelihood - 0.5 * z.square().sum(-1) - log_q
""",
        "no prior": """
def log_weights(x, z, weight, bias, tau, mean, log_precision):
    return log_normal(x, z @ weight.T + bias, tau.log()) - log_normal(z, mean, log_precision)
""",
    },
    "vq": {
        "largest inner product": """
def nearest_codes(z, books):
    return torch.einsum("bgw,gmw->bgm", z.view(len(z), len(books), -1), books).argmax(-1)
""",
        "one book for all groups": """
def nearest_codes(z, books):
    rows = z.view(len(z), len(books), 1, books.shape[-1])
    return (rows - books[0]).square().sum(-1).argmin(-1)
""",
        "no gradient through the codes": """
def vq_step(z, books, matrix, x, beta):
    z, books = z.detach().clone().requires_grad_(), books.detach().clone().requires_grad_()
    e = books[torch.arange(len(books)), nearest_codes(z, books)].flatten(1)
    error = (e.detach() @ matrix - x).square().sum(1)
    penalty = (z.detach() - e).square().sum(1) + beta * (z - e.detach()).square().sum(1)
    loss = (error + penalty).mean()
    return loss.detach(), *torch.autograd.grad(loss, [z, books])
""",
        "decoder's gradient to the books": """
def vq_step(z, books, matrix, x, beta):
    z, books = z.detach().clone().requires_grad_(), books.detach().clone().requires_grad_()
    e = books[torch.arange(len(books)), nearest_codes(z, books)].flatten(1)
    through = e + (z - z.detach())
    error = (through @ matrix - x).square().sum(1)
    penalty = (z.detach() - e).square().sum(1) + beta * (z - e.detach()).square().sum(1)
    loss = (error + penalty).mean()
    return loss.detach(), *torch.autograd.grad(loss, [z, books])
""",
        "beta on the wrong term": """
def vq_step(z, books, matrix, x, beta):
    z, books = z.detach().clone().requires_grad_(), books.detach().clone().requires_grad_()
    e = books[torch.arange(len(books)), nearest_codes(z, books)].flatten(1)
    error = ((z + (e - z).detach()) @ matrix - x).square().sum(1)
    penalty = beta * (z.detach() - e).square().sum(1) + (z - e.detach()).square().sum(1)
    loss = (error + penalty).mean()
    return loss.detach(), *torch.autograd.grad(loss, [z, books])
""",
        "decodes z instead of its code": """
def vq_step(z, books, matrix, x, beta):
    z, books = z.detach().clone().requires_grad_(), books.detach().clone().requires_grad_()
    e = books[torch.arange(len(books)), nearest_codes(z, books)].flatten(1)
    error = (z @ matrix - x).square().sum(1)
    penalty = (z.detach() - e).square().sum(1) + beta * (z - e.detach()).square().sum(1)
    loss = (error + penalty).mean()
    return loss.detach(), *torch.autograd.grad(loss, [z, books])
""",
    },
    "train": {
        "swapped labels": """
def negative_elbo(x, logits, mean, log_precision):
    reconstruction = F.binary_cross_entropy_with_logits(logits, 1 - x, reduction="none").sum(-1)
    return reconstruction + 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "a double sigmoid": """
def negative_elbo(x, logits, mean, log_precision):
    reconstruction = F.binary_cross_entropy_with_logits(logits.sigmoid(), x, reduction="none").sum(-1)
    return reconstruction + 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "no divergence": """
def negative_elbo(x, logits, mean, log_precision):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
""",
        "mean over the pixels": """
def negative_elbo(x, logits, mean, log_precision):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").mean(-1)
    return reconstruction + 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "logarithm of a sigmoid": """
def negative_elbo(x, logits, mean, log_precision):
    p = logits.sigmoid()
    reconstruction = -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    return reconstruction + 0.5 * (mean.square() + (-log_precision).exp() - 1 + log_precision).sum(-1)
""",
        "trained with the variance as the standard deviation": """
def loss(encoder, decoder, x):
    mean, log_precision = encoder(x).chunk(2, -1)
    z = mean + (-log_precision).exp() * torch.randn_like(mean)
    return negative_elbo(x, decoder(z), mean, log_precision).mean()
""",
        "no gradient through the draw": """
def loss(encoder, decoder, x):
    mean, log_precision = encoder(x).chunk(2, -1)
    z = draw(mean, log_precision, 1)[0].detach()
    return negative_elbo(x, decoder(z), mean, log_precision).mean()
""",
        "no noise": """
def loss(encoder, decoder, x):
    mean, log_precision = encoder(x).chunk(2, -1)
    return negative_elbo(x, decoder(mean), mean, log_precision).mean()
""",
        "mean and log precision exchanged": """
def loss(encoder, decoder, x):
    log_precision, mean = encoder(x).chunk(2, -1)
    z = draw(mean, log_precision, 1)[0]
    return negative_elbo(x, decoder(z), mean, log_precision).mean()
""",
    },
}

RIGHT = {
    "kl": {
        "by torch's distributions": """
def kl_to_prior(mean, log_precision, centre, root):
    from torch.distributions import MultivariateNormal, kl_divergence

    q = MultivariateNormal(mean, torch.diag_embed((-log_precision).exp()))
    return kl_divergence(q, MultivariateNormal(centre, precision_matrix=root @ root.T))
""",
        "row by row": """
def kl_to_prior(mean, log_precision, centre, root):
    results = []
    for m, ell in zip(mean, log_precision):
        spread = root.T * (-0.5 * ell).exp()
        terms = spread.square().sum() + (root.T @ (m - centre)).square().sum() - len(m) + ell.sum()
        results.append(0.5 * (terms - torch.logdet(root @ root.T)))
    return torch.stack(results)
""",
    },
    "reparameterisation": {
        "chain rule on paper": """
def draw(mean, log_precision, n):
    scale = 1 / log_precision.exp().sqrt()
    return torch.stack([torch.normal(mean, scale) for _ in range(n)])


def pathwise(mean, log_precision, eps, slope, curve):
    scale = (-log_precision / 2).exp()
    z = mean + scale * eps
    towards = slope + z @ curve
    return f(z, slope, curve).mean(), towards.mean(0), (-towards * scale * eps / 2).mean(0)
""",
        "backward, antithetic in sign": """
def draw(mean, log_precision, n):
    return mean - torch.randn((n,) + tuple(mean.shape), dtype=torch.float64) * torch.exp(-log_precision / 2)


def pathwise(mean, log_precision, eps, slope, curve):
    both = torch.stack([mean, log_precision]).requires_grad_(True)
    value = sum(f(both[0] + e * (-both[1] / 2).exp(), slope, curve) for e in eps) / len(eps)
    value.backward()
    return value.item(), both.grad[0], both.grad[1]
""",
    },
    "linear_gaussian": {
        "gain of a Kalman filter, and the bound by traces": """
def posterior(x, weight, bias, tau):
    gain = weight.T @ torch.linalg.inv(weight @ weight.T + torch.diag(1 / tau))
    covariance = torch.eye(weight.shape[1], dtype=x.dtype) - gain @ weight
    return (x - bias) @ gain.T, torch.linalg.inv(covariance)


def elbo(x, weight, bias, tau, mean, log_precision):
    s = (-log_precision).exp()
    fit = torch.distributions.Normal(mean @ weight.T + bias, tau.rsqrt()).log_prob(x).sum(-1)
    trace = (s * torch.einsum("dk,d,dk->k", weight, tau, weight)).sum(-1)
    return fit - trace / 2 - (mean**2 + s - 1 - s.log()).sum(-1) / 2
""",
        "energy plus entropy": """
def elbo(x, weight, bias, tau, mean, log_precision):
    k, d = mean.shape[1], x.shape[1]
    second = torch.diag_embed((-log_precision).exp()) + mean[:, :, None] * mean[:, None, :]
    precision = torch.eye(k, dtype=x.dtype) + weight.T @ (tau[:, None] * weight)
    r = x - bias
    quadratic = (tau * r**2).sum(-1) - 2 * ((tau * r) @ weight * mean).sum(-1)
    quadratic = quadratic + torch.einsum("bij,ij->b", second, precision)
    energy = -0.5 * quadratic + 0.5 * tau.log().sum() - 0.5 * (d + k) * math.log(2 * math.pi)
    return energy + 0.5 * (k * math.log(2 * math.pi * math.e) - log_precision.sum(-1))
""",
    },
    "iwae": {
        "subtracting the largest by hand": """
def log_weights(x, z, weight, bias, tau, mean, log_precision):
    from torch.distributions import Normal

    log_p = Normal(z @ weight.T + bias, tau.rsqrt()).log_prob(x).sum(-1) + Normal(0.0, 1.0).log_prob(z).sum(-1)
    return log_p - Normal(mean, (-log_precision / 2).exp()).log_prob(z).sum(-1)


def iwae_bound(log_w, size):
    bounds = []
    for start in range(0, len(log_w), size):
        group = log_w[start : start + size]
        top = group.max(0).values
        bounds.append(top + (group - top).exp().mean(0).log())
    return torch.stack(bounds).mean(0)


def importance_mean(log_w, z):
    w = (log_w - log_w.max(0).values).exp()
    return torch.einsum("nb,nbk->bk", w, z) / w.sum(0)[:, None]
""",
        "by repeated logaddexp": """
def iwae_bound(log_w, size):
    total = 0
    for group in log_w.split(size):
        running = group[0]
        for row in group[1:]:
            running = torch.logaddexp(running, row)
        total = total + running - math.log(size)
    return total / (len(log_w) / size)


def importance_mean(log_w, z):
    return torch.stack([(F.softmax(log_w[:, b], 0) @ z[:, b]) for b in range(z.shape[1])])
""",
    },
    "vq": {
        "distances, and gradients on paper": """
def nearest_codes(z, books):
    groups = z.reshape(len(z), len(books), -1).transpose(0, 1)
    return torch.cdist(groups, books).argmin(-1).T


def vq_step(z, books, matrix, x, beta):
    codes, n = nearest_codes(z, books), len(z)
    e = torch.cat([books[g][codes[:, g]] for g in range(len(books))], 1)
    error, apart = e @ matrix - x, z - e
    loss = (error**2).sum(1) + (1 + beta) * (apart**2).sum(1)
    by_books = torch.zeros_like(books)
    for g, rows in enumerate(apart.view(n, len(books), -1).unbind(1)):
        by_books[g].index_add_(0, codes[:, g], -2 * rows / n)
    return loss.mean(), 2 * (error @ matrix.T + beta * apart) / n, by_books
""",
        "expanded squares": """
def nearest_codes(z, books):
    rows = z.reshape(len(z), len(books), -1)
    score = (books**2).sum(-1) - 2 * torch.einsum("bgw,gmw->bgm", rows, books)
    return score.argmin(-1)
""",
    },
    "train": {
        "torch's Bernoulli": """
def negative_elbo(x, logits, mean, log_precision):
    from torch.distributions import Bernoulli, Normal, kl_divergence

    q = Normal(mean, (-log_precision / 2).exp())
    divergence = kl_divergence(q, Normal(torch.zeros_like(mean), torch.ones_like(mean))).sum(-1)
    return divergence - Bernoulli(logits=logits).log_prob(x).sum(-1)
""",
        "softplus, and the loss of two draws": """
def negative_elbo(x, logits, mean, log_precision):
    divergence = (mean**2 + torch.exp(-log_precision) + log_precision).sum(-1) - mean.shape[-1]
    return (F.softplus(logits) - x * logits).sum(-1) + divergence / 2


def loss(encoder, decoder, x):
    h = encoder(x)
    k = h.shape[1] // 2
    mean, ell = h[:, :k], h[:, k:]
    each = [mean + torch.randn_like(mean) / ell.exp().sqrt() for _ in range(2)]
    return sum(negative_elbo(x, decoder(z), mean, ell).mean() for z in each) / 2
""",
    },
}
