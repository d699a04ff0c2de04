"""Solutions that the checks of the assignment on flows have to reject, and differently written ones they accept.

A text replaces the definitions of the same names in the reference; what it does not define stays as it is there.
"""

WRONG = {
    "change": {
        "sign of the log-determinant": """
def log_density(x, skew, tail):
    inner = tail * x.asinh() - skew
    z = inner.sinh()
    log_slope = inner.cosh().log() + math.log(abs(tail)) - 0.5 * (1 + x.square()).log()
    return -z - 2 * F.softplus(-z) - log_slope
""",
        "no absolute value": """
def log_density(x, skew, tail):
    inner = tail * x.asinh() - skew
    z = inner.sinh()
    slope = inner.cosh() * tail / (1 + x.square()).sqrt()
    return -z - 2 * F.softplus(-z) + slope.log()
""",
        "normal instead of logistic": """
def log_density(x, skew, tail):
    inner = tail * x.asinh() - skew
    log_slope = inner.cosh().log() + math.log(abs(tail)) - 0.5 * (1 + x.square()).log()
    return -0.5 * inner.sinh().square() - 0.5 * math.log(2 * math.pi) + log_slope
""",
        "the map for its inverse": """
def log_density(x, skew, tail):
    inner = (x.asinh() + skew) / tail
    z = inner.sinh()
    log_slope = inner.cosh().log() - math.log(abs(tail)) - 0.5 * (1 + x.square()).log()
    return -z - 2 * F.softplus(-z) + log_slope
""",
        "quantile of a falling map not turned round": """
def quantile(u, skew, tail):
    return ((torch.logit(u).asinh() + skew) / tail).sinh()
""",
        "one branch of the square": """
def log_density_square(x, log_base):
    return log_base(x.sqrt()) - (2 * x.sqrt()).log()
""",
        "twice one branch": """
def log_density_square(x, log_base):
    return log_base(x.sqrt()) - x.sqrt().log()
""",
        "mean of the branches' logarithms": """
def log_density_square(x, log_base):
    return 0.5 * (log_base(x.sqrt()) + log_base(-x.sqrt())) - x.sqrt().log()
""",
    },
    "invert": {
        "too few halvings": """
def invert(x, g, slope, low, high):
    a, b = torch.full_like(x, low), torch.full_like(x, high)
    for _ in range(20):
        middle = 0.5 * (a + b)
        below = g(middle) < x
        a, b = torch.where(below, middle, a), torch.where(below, b, middle)
    return 0.5 * (a + b), -slope(0.5 * (a + b)).log()
""",
        "derivative of the map": """
def invert(x, g, slope, low, high):
    a, b = torch.full_like(x, low), torch.full_like(x, high)
    for _ in range(70):
        middle = 0.5 * (a + b)
        below = g(middle) < x
        a, b = torch.where(below, middle, a), torch.where(below, b, middle)
    return a, slope(a).log()
""",
        "slope at x": """
def invert(x, g, slope, low, high):
    a, b = torch.full_like(x, low), torch.full_like(x, high)
    for _ in range(70):
        middle = 0.5 * (a + b)
        below = g(middle) < x
        a, b = torch.where(below, middle, a), torch.where(below, b, middle)
    return a, -slope(x).log()
""",
        "one decision for all rows": """
def invert(x, g, slope, low, high):
    a, b = torch.full_like(x, low), torch.full_like(x, high)
    for _ in range(70):
        middle = 0.5 * (a + b)
        if (g(middle) < x).all():
            a = middle
        else:
            b = middle
    return a, -slope(a).log()
""",
    },
    "coupling": {
        "inverse asks with the moved half": """
def to_noise(x, mask, net):
    shift, raw = net((1 - mask) * x).chunk(2, -1)
    log_scale = (1 - mask) * 2 * raw.tanh()
    return mask * x + (1 - mask) * (x - shift) * (-log_scale).exp(), -log_scale.sum(-1)
""",
        "network sees everything": """
def to_data(z, mask, net):
    shift, raw = net(z).chunk(2, -1)
    log_scale = (1 - mask) * 2 * raw.tanh()
    return mask * z + (1 - mask) * (shift + z * log_scale.exp()), log_scale.sum(-1)
""",
        "log-determinant of all outputs": """
def to_data(z, mask, net):
    shift, raw = net(mask * z).chunk(2, -1)
    log_scale = 2 * raw.tanh()
    return mask * z + (1 - mask) * (shift + z * log_scale.exp()), log_scale.sum(-1)
""",
        "sign of the inverse's log-determinant": """
def to_noise(x, mask, net):
    shift, raw = net(mask * x).chunk(2, -1)
    log_scale = (1 - mask) * 2 * raw.tanh()
    return mask * x + (1 - mask) * (x - shift) * (-log_scale).exp(), log_scale.sum(-1)
""",
        "shift after the division": """
def to_noise(x, mask, net):
    shift, raw = net(mask * x).chunk(2, -1)
    log_scale = (1 - mask) * 2 * raw.tanh()
    return mask * x + (1 - mask) * (x * (-log_scale).exp() - shift), -log_scale.sum(-1)
""",
        "no bound on the scale": """
def to_data(z, mask, net):
    shift, raw = net(mask * z).chunk(2, -1)
    log_scale = (1 - mask) * raw
    return mask * z + (1 - mask) * (shift + z * log_scale.exp()), log_scale.sum(-1)


def to_noise(x, mask, net):
    shift, raw = net(mask * x).chunk(2, -1)
    log_scale = (1 - mask) * raw
    return mask * x + (1 - mask) * (x - shift) * (-log_scale).exp(), -log_scale.sum(-1)
""",
        "mask turned round": """
def to_data(z, mask, net):
    shift, raw = net((1 - mask) * z).chunk(2, -1)
    log_scale = mask * 2 * raw.tanh()
    return (1 - mask) * z + mask * (shift + z * log_scale.exp()), log_scale.sum(-1)


def to_noise(x, mask, net):
    shift, raw = net((1 - mask) * x).chunk(2, -1)
    log_scale = mask * 2 * raw.tanh()
    return (1 - mask) * x + mask * (x - shift) * (-log_scale).exp(), -log_scale.sum(-1)
""",
    },
    "masks": {
        "never alternates": """
def make_masks(dim, layers):
    return (torch.arange(dim) % 2).double().expand(layers, dim)
""",
        "alternates every second layer only": """
def make_masks(dim, layers):
    return ((torch.arange(dim) + torch.arange(layers)[:, None] // 2) % 2).double()
""",
        "a window that leaves some behind": """
def make_masks(dim, layers):
    masks = torch.ones(layers, dim, dtype=torch.float64)
    for layer in range(layers):
        masks[layer, layer % dim] = 0
    return masks
""",
        "keeps nothing in every second layer": """
def make_masks(dim, layers):
    masks = torch.zeros(layers, dim, dtype=torch.float64)
    masks[::2, ::2] = 1
    return masks
""",
        "layers not reversed": """
def flow_log_prob(x, masks, net):
    total = 0
    for layer, mask in enumerate(masks):
        x, log_det = to_noise(x, mask, functools.partial(net, layer))
        total = total + log_det
    return total - 0.5 * (x.square() + math.log(2 * math.pi)).sum(-1)
""",
        "log-determinant of the first layer only": """
def flow_log_prob(x, masks, net):
    for layer in reversed(range(len(masks))):
        x, log_det = to_noise(x, masks[layer], functools.partial(net, layer))
    return log_det - 0.5 * (x.square() + math.log(2 * math.pi)).sum(-1)
""",
        "log-determinants subtracted": """
def flow_log_prob(x, masks, net):
    total = 0
    for layer in reversed(range(len(masks))):
        x, log_det = to_noise(x, masks[layer], functools.partial(net, layer))
        total = total - log_det
    return total - 0.5 * (x.square() + math.log(2 * math.pi)).sum(-1)
""",
        "base without its constant": """
def flow_log_prob(x, masks, net):
    total = 0
    for layer in reversed(range(len(masks))):
        x, log_det = to_noise(x, masks[layer], functools.partial(net, layer))
        total = total + log_det
    return total - 0.5 * x.square().sum(-1)
""",
        "the same network in all layers": """
def flow_sample(z, masks, net):
    for mask in masks:
        z, _ = to_data(z, mask, functools.partial(net, 0))
    return z
""",
    },
    "dequantise": {
        "levels forgotten": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * (x + u) / levels
    log_slope = math.log(1 - 2 * edge) - y.log() - (1 - y).log()
    log_w = log_density(torch.logit(y)) + log_slope.sum(-1)
    nats = -log_w.mean(0), math.log(len(u)) - log_w.logsumexp(0)
    return tuple(value / (x.shape[1] * math.log(2)) for value in nats)
""",
        "no Jacobian of the logit": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * (x + u) / levels
    log_w = log_density(torch.logit(y)) + x.shape[1] * math.log((1 - 2 * edge) / levels)
    nats = -log_w.mean(0), math.log(len(u)) - log_w.logsumexp(0)
    return tuple(value / (x.shape[1] * math.log(2)) for value in nats)
""",
        "edge not in the Jacobian": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * (x + u) / levels
    log_slope = -math.log(levels) - y.log() - (1 - y).log()
    log_w = log_density(torch.logit(y)) + log_slope.sum(-1)
    nats = -log_w.mean(0), math.log(len(u)) - log_w.logsumexp(0)
    return tuple(value / (x.shape[1] * math.log(2)) for value in nats)
""",
        "nats for bits": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * (x + u) / levels
    log_slope = math.log((1 - 2 * edge) / levels) - y.log() - (1 - y).log()
    log_w = log_density(torch.logit(y)) + log_slope.sum(-1)
    return -log_w.mean(0) / x.shape[1], (math.log(len(u)) - log_w.logsumexp(0)) / x.shape[1]
""",
        "sum for mean in the logarithm": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * (x + u) / levels
    log_slope = math.log((1 - 2 * edge) / levels) - y.log() - (1 - y).log()
    log_w = log_density(torch.logit(y)) + log_slope.sum(-1)
    nats = -log_w.mean(0), -log_w.logsumexp(0)
    return tuple(value / (x.shape[1] * math.log(2)) for value in nats)
""",
        "divided by levels minus one": """
def bits_per_dim(x, u, levels, edge, log_density):
    y = edge + (1 - 2 * edge) * ((x + u) / (levels - 1)).clamp(1e-6, 1 - 1e-6)
    log_slope = math.log((1 - 2 * edge) / levels) - y.log() - (1 - y).log()
    log_w = log_density(torch.logit(y)) + log_slope.sum(-1)
    nats = -log_w.mean(0), math.log(len(u)) - log_w.logsumexp(0)
    return tuple(value / (x.shape[1] * math.log(2)) for value in nats)
""",
    },
    "train": {
        "no log-determinant in the loss": """
def loss(x, masks, net, centre, spread):
    x = (x - centre) / spread
    for layer in reversed(range(len(masks))):
        x, _ = to_noise(x, masks[layer], functools.partial(net, layer))
    return 0.5 * (x.square() + math.log(2 * math.pi)).sum(-1).mean() + spread.log().sum()
""",
        "maximises the cost": """
def loss(x, masks, net, centre, spread):
    return flow_log_prob((x - centre) / spread, masks, net).mean() - spread.log().sum()
""",
        "units forgotten": """
def loss(x, masks, net, centre, spread):
    return -flow_log_prob((x - centre) / spread, masks, net).mean()
""",
        "units with the wrong sign": """
def loss(x, masks, net, centre, spread):
    return -flow_log_prob((x - centre) / spread, masks, net).mean() - spread.log().sum()
""",
        "the same mask in all layers": """
def make_masks(dim, layers):
    return (torch.arange(dim) % 2).double().expand(layers, dim)
""",
        "no gradient": """
def loss(x, masks, net, centre, spread):
    value = spread.log().sum() - flow_log_prob((x - centre) / spread, masks, net).mean()
    return value.detach() + 0 * value
""",
        "gradient to the shifts only": """
def loss(x, masks, net, centre, spread):
    def still(layer, h):
        shift, raw = net(layer, h).chunk(2, -1)
        return torch.cat([shift, raw.detach()], -1)

    return spread.log().sum() - flow_log_prob((x - centre) / spread, masks, still).mean()
""",
        "uniform noise of the right mean and variance": """
def draw(n, masks, net, centre, spread):
    z = math.sqrt(12) * (torch.rand(n, len(centre), dtype=centre.dtype) - 0.5)
    return centre + spread * flow_sample(z, masks, net)
""",
        "cooler samples than the density says": """
def draw(n, masks, net, centre, spread):
    z = 0.8 * torch.randn(n, len(centre), dtype=centre.dtype)
    return centre + spread * flow_sample(z, masks, net)
""",
        "samples in the flow's own units": """
def draw(n, masks, net, centre, spread):
    return flow_sample(torch.randn(n, len(centre), dtype=centre.dtype), masks, net)
""",
        "a made-up model": """
def train(seed=0):
    with seeded(seed):
        nets = nn.ModuleList(MLP(2, (WIDTH, WIDTH), 4) for _ in range(LAYERS))
    return {"masks": make_masks(2, LAYERS), **{name: value.detach() for name, value in nets.state_dict().items()}}
""",
    },
}

RIGHT = {
    "change": {
        "by torch's distributions": """
def log_density(x, skew, tail):
    x = x.clone().requires_grad_()
    z = torch.sinh(tail * torch.asinh(x) - skew)
    (slope,) = torch.autograd.grad(z.sum(), x)
    return (F.logsigmoid(z) + F.logsigmoid(-z) + slope.abs().log()).detach()


def quantile(u, skew, tail):
    p = u if tail > 0 else 1 - u
    z = p.log() - (-p).log1p()
    return torch.sinh((torch.asinh(z) + skew) / tail)


def log_density_square(x, log_base):
    both = torch.stack([log_base(x.sqrt()), log_base(-x.sqrt())])
    return both.logsumexp(0) - math.log(2) - 0.5 * x.log()
""",
        "densities instead of logarithms": """
def log_density(x, skew, tail):
    inner = tail * torch.log(x + (x**2 + 1).sqrt()) - skew
    z = (inner.exp() - (-inner).exp()) / 2
    slope = abs(tail) * (inner.exp() + (-inner).exp()) / 2 / (1 + x**2).sqrt()
    return -F.softplus(z) - F.softplus(-z) + slope.log()


def log_density_square(x, log_base):
    p = log_base(x.sqrt()).exp() + log_base(-x.sqrt()).exp()
    return (p / (2 * x.sqrt())).log()
""",
    },
    "invert": {
        "bisection, then Newton": """
def invert(x, g, slope, low, high):
    z, step = torch.full_like(x, low), high - low
    for _ in range(45):
        step = step / 2
        z = z + step * (g(z + step) < x)
    for _ in range(3):
        z = z - (g(z) - x) / slope(z)
    return z, -torch.log(slope(z))
""",
        "row by row": """
def invert(x, g, slope, low, high):
    roots = []
    for value in x:
        a, b = low, high
        for _ in range(60):
            middle = (a + b) / 2
            if g(torch.tensor([middle], dtype=x.dtype))[0] > value:
                b = middle
            else:
                a = middle
        roots.append((a + b) / 2)
    z = torch.tensor(roots, dtype=x.dtype)
    return z, (1 / slope(z)).log()
""",
    },
    "coupling": {
        "by index": """
def to_data(z, mask, net):
    moves = (mask == 0).nonzero()[:, 0]
    d, params = z.shape[1], net(z * mask)
    scale = 2 * params[:, d + moves].tanh()
    x = z.clone()
    x[:, moves] = params[:, moves] + z[:, moves] * scale.exp()
    return x, scale.sum(1)


def to_noise(x, mask, net):
    moves = (mask == 0).nonzero()[:, 0]
    d, params = x.shape[1], net(x * mask)
    scale = 2 * params[:, d + moves].tanh()
    z = x.clone()
    z[:, moves] = (x[:, moves] - params[:, moves]) / scale.exp()
    return z, -scale.sum(1)
""",
        "by torch.where": """
def to_data(z, mask, net):
    keep = mask.bool()
    shift, raw = net(torch.where(keep, z, torch.zeros_like(z))).split(z.shape[1], 1)
    a = 2 * torch.tanh(raw)
    return torch.where(keep, z, shift + z * a.exp()), a[:, ~keep].sum(1)


def to_noise(x, mask, net):
    keep = mask.bool()
    shift, raw = net(torch.where(keep, x, torch.zeros_like(x))).split(x.shape[1], 1)
    a = 2 * torch.tanh(raw)
    return torch.where(keep, x, (x - shift) * (-a).exp()), torch.where(keep, 0 * a, -a).sum(1)
""",
    },
    "masks": {
        "halves, whole numbers": """
def make_masks(dim, layers):
    first = (torch.arange(dim) < dim // 2).long()
    return torch.stack([first if layer % 2 == 0 else 1 - first for layer in range(layers)])


def flow_sample(z, masks, net):
    for layer in range(masks.shape[0]):
        z = to_data(z, masks[layer], lambda h: net(layer, h))[0]
    return z
""",
        "random halves, recursion": """
def make_masks(dim, layers):
    mask = torch.zeros(dim)
    mask[torch.randperm(dim)[: dim // 2]] = 1
    return torch.stack([mask if layer % 2 else 1 - mask for layer in range(layers)])


def flow_log_prob(x, masks, net):
    if len(masks) == 0:
        return torch.distributions.Normal(0.0, 1.0).log_prob(x).sum(-1)
    last = len(masks) - 1
    z, log_det = to_noise(x, masks[last], lambda h: net(last, h))
    return log_det + flow_log_prob(z, masks[:last], net)
""",
    },
    "dequantise": {
        "draw by draw": """
def bits_per_dim(x, u, levels, edge, log_density):
    logs = []
    for draw in u:
        y = edge + (1 - 2 * edge) * (x + draw) / levels
        v = y.log() - torch.log1p(-y)
        volume = ((1 - 2 * edge) / (levels * y * (1 - y))).log().sum(1)
        logs.append(log_density(v[None])[0] + volume)
    logs = torch.stack(logs)
    bits = x.shape[1] * math.log(2)
    top = logs.max(0).values
    return -logs.mean(0) / bits, -(top + (logs - top).exp().mean(0).log()) / bits
""",
        "with the sigmoid's derivative, as a list": """
def bits_per_dim(x, u, levels, edge, log_density):
    v = torch.logit(edge + (1 - 2 * edge) * (x + u) / levels)
    inverse = F.logsigmoid(v) + F.logsigmoid(-v)  # log dy/dv
    log_w = (log_density(v) - inverse.sum(-1)) / x.shape[1] + math.log((1 - 2 * edge) / levels)
    many = torch.logsumexp(x.shape[1] * log_w, 0) - math.log(u.shape[0])
    return [-log_w.mean(0) / math.log(2), -many / x.shape[1] / math.log(2)]
""",
    },
    "train": {
        "without flow_log_prob": """
def loss(x, masks, net, centre, spread):
    x, total = (x - centre) / spread, -spread.log().sum()
    for layer in range(len(masks) - 1, -1, -1):
        x, log_det = to_noise(x, masks[layer], lambda h: net(layer, h))
        total = total + log_det.mean()
    return (x**2).sum(1).mean() / 2 + math.log(2 * math.pi) - total
""",
        "sum over rows, and one sample at a time": """
def loss(x, masks, net, centre, spread):
    units = len(x) * torch.log(spread).sum()
    return (units - flow_log_prob((x - centre) / spread, masks, net).sum()) / len(x)


def draw(n, masks, net, centre, spread):
    z = torch.stack([torch.randn_like(centre) for _ in range(n)])
    return flow_sample(z, masks, net) * spread + centre
""",
    },
}
