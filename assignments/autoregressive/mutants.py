"""Solutions that the checks of the assignment on autoregressive models have to reject, and different ones they accept.

A text replaces the definitions of the same names in the reference; what it does not define stays as it is there.
"""

WRONG = {
    "masks": {
        "strict in the first layer": """
def make_masks(rank, degree):
    return (rank[:, None] < degree).double(), (degree[:, None] < rank).double()
""",
        "an output sees its own variable": """
def make_masks(rank, degree):
    return (rank[:, None] <= degree).double(), (degree[:, None] <= rank).double()
""",
        "the natural order whatever the ranks": """
def make_masks(rank, degree):
    rank = torch.arange(1, len(rank) + 1)
    return (rank[:, None] <= degree).double(), (degree[:, None] < rank).double()
""",
        "later instead of earlier": """
def make_masks(rank, degree):
    return (rank[:, None] >= degree).double(), (degree[:, None] > rank).double()
""",
        "nothing is connected": """
def make_masks(rank, degree):
    shape = len(rank), len(degree)
    return torch.zeros(shape).double(), torch.zeros(shape).double().T
""",
        "allowed instead of blocked": """
def blocked(length, window):
    t = torch.arange(length)
    distance = t[:, None] - t
    return (distance >= 0) & (distance < window)
""",
        "a window one too long": """
def blocked(length, window):
    t = torch.arange(length)
    distance = t[:, None] - t
    return (distance < 0) | (distance > window)
""",
        "not itself": """
def blocked(length, window):
    t = torch.arange(length)
    distance = t[:, None] - t
    return (distance <= 0) | (distance > window)
""",
        "no window": """
def blocked(length, window):
    return torch.ones(length, length).triu(1).bool()
""",
    },
    "log_prob": {
        "swapped labels": """
def log_prob(x, conditional):
    drawn, total = x.flip(1), 0.0
    for k in range(x.shape[1]):
        log_p = conditional(drawn[:, :k]).log_softmax(-1).flip(-1)
        total = total + log_p.gather(1, drawn[:, k : k + 1])[:, 0]
    return total
""",
        "softmax twice": """
def log_prob(x, conditional):
    drawn, total = x.flip(1), 0.0
    for k in range(x.shape[1]):
        log_p = conditional(drawn[:, :k]).softmax(-1).log_softmax(-1)
        total = total + log_p.gather(1, drawn[:, k : k + 1])[:, 0]
    return total
""",
        "from left to right": """
def log_prob(x, conditional):
    total = 0.0
    for k in range(x.shape[1]):
        log_p = conditional(x[:, :k]).log_softmax(-1)
        total = total + log_p.gather(1, x[:, k : k + 1])[:, 0]
    return total
""",
        "context in reading order": """
def log_prob(x, conditional):
    total = 0.0
    for t in reversed(range(x.shape[1])):
        log_p = conditional(x[:, t + 1 :]).log_softmax(-1)
        total = total + log_p.gather(1, x[:, t : t + 1])[:, 0]
    return total
""",
        "scores are not normalised": """
def log_prob(x, conditional):
    drawn, total = x.flip(1), 0.0
    for k in range(x.shape[1]):
        total = total + conditional(drawn[:, :k]).gather(1, drawn[:, k : k + 1])[:, 0]
    return total
""",
        "mean instead of sum": """
def log_prob(x, conditional):
    drawn, total = x.flip(1), 0.0
    for k in range(x.shape[1]):
        log_p = conditional(drawn[:, :k]).log_softmax(-1)
        total = total + log_p.gather(1, drawn[:, k : k + 1])[:, 0]
    return total / x.shape[1]
""",
        "the first token is free": """
def log_prob(x, conditional):
    drawn, total = x.flip(1), 0.0
    for k in range(1, x.shape[1]):
        log_p = conditional(drawn[:, :k]).log_softmax(-1)
        total = total + log_p.gather(1, drawn[:, k : k + 1])[:, 0]
    return total
""",
        "a double sigmoid": """
def binary_log_prob(x, logits):
    return -F.binary_cross_entropy_with_logits(logits.sigmoid(), x, reduction="none").sum(-1)
""",
        "logarithm of the sigmoid in two steps": """
def binary_log_prob(x, logits):
    p = logits.sigmoid()
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
""",
        "zeros and ones exchanged": """
def binary_log_prob(x, logits):
    return -F.binary_cross_entropy_with_logits(-logits, x, reduction="none").sum(-1)
""",
    },
    "sample": {
        "one token too few": """
def top_p(scores, p):
    prob, place = scores.softmax(-1).sort(-1, descending=True)
    kept = prob.cumsum(-1) <= p
    kept[:, 0] = True
    prob = prob * kept
    return torch.zeros_like(prob).scatter(-1, place, prob / prob.sum(-1, keepdim=True))
""",
        "not normalised again": """
def top_p(scores, p):
    prob, place = scores.softmax(-1).sort(-1, descending=True)
    return torch.zeros_like(prob).scatter(-1, place, prob * (prob.cumsum(-1) - prob < p))
""",
        "left in sorted order": """
def top_p(scores, p):
    prob, place = scores.softmax(-1).sort(-1, descending=True)
    prob = prob * (prob.cumsum(-1) - prob < p)
    return prob / prob.sum(-1, keepdim=True)
""",
        "a threshold for each probability": """
def top_p(scores, p):
    prob = scores.softmax(-1)
    prob = prob * (prob >= (1 - p) * prob.max(-1, keepdim=True).values)
    return prob / prob.sum(-1, keepdim=True)
""",
        "the least probable first": """
def top_p(scores, p):
    prob, place = scores.softmax(-1).sort(-1)
    prob = prob * (prob.cumsum(-1) - prob < p)
    return torch.zeros_like(prob).scatter(-1, place, prob / prob.sum(-1, keepdim=True))
""",
        "not turned into reading order": """
def sample(conditional, u, p):
    drawn = torch.zeros(len(u), 0, dtype=torch.int64)
    for k in range(u.shape[1]):
        q = top_p(conditional(drawn), p)
        v = (q.cumsum(-1) <= u[:, k : k + 1]).sum(-1, keepdim=True)
        drawn = torch.cat([drawn, v.clamp_max(q.shape[1] - 1)], 1)
    return drawn
""",
        "truncation forgotten": """
def sample(conditional, u, p):
    drawn = torch.zeros(len(u), 0, dtype=torch.int64)
    for k in range(u.shape[1]):
        q = conditional(drawn).softmax(-1)
        v = (q.cumsum(-1) <= u[:, k : k + 1]).sum(-1, keepdim=True)
        drawn = torch.cat([drawn, v.clamp_max(q.shape[1] - 1)], 1)
    return drawn.flip(1)
""",
        "always the most probable": """
def sample(conditional, u, p):
    drawn = torch.zeros(len(u), 0, dtype=torch.int64)
    for k in range(u.shape[1]):
        drawn = torch.cat([drawn, conditional(drawn).argmax(-1, keepdim=True)], 1)
    return drawn.flip(1)
""",
        "the columns of u backwards": """
def sample(conditional, u, p):
    drawn = torch.zeros(len(u), 0, dtype=torch.int64)
    for k in reversed(range(u.shape[1])):
        q = top_p(conditional(drawn), p)
        v = (q.cumsum(-1) <= u[:, k : k + 1]).sum(-1, keepdim=True)
        drawn = torch.cat([drawn, v.clamp_max(q.shape[1] - 1)], 1)
    return drawn.flip(1)
""",
    },
    "cache": {
        "no distance": """
def attend(x, wq, wk, wv, slope, window):
    scores = (x @ wq) @ (x @ wk).T / math.sqrt(x.shape[1])
    return scores.masked_fill(blocked(len(x), window), -math.inf).softmax(-1) @ (x @ wv)
""",
        "no root": """
def attend(x, wq, wk, wv, slope, window):
    t = torch.arange(len(x))
    scores = (x @ wq) @ (x @ wk).T / x.shape[1] - slope * (t[:, None] - t)
    return scores.masked_fill(blocked(len(x), window), -math.inf).softmax(-1) @ (x @ wv)
""",
        "masked after the softmax": """
def attend(x, wq, wk, wv, slope, window):
    t = torch.arange(len(x))
    scores = (x @ wq) @ (x @ wk).T / math.sqrt(x.shape[1]) - slope * (t[:, None] - t)
    return scores.softmax(-1).masked_fill(blocked(len(x), window), 0) @ (x @ wv)
""",
        "queries and keys exchanged": """
def attend(x, wq, wk, wv, slope, window):
    return reference_attend(x, wk, wq, wv, slope, window)


def reference_attend(x, wq, wk, wv, slope, window):
    t = torch.arange(len(x))
    scores = (x @ wq) @ (x @ wk).T / math.sqrt(x.shape[1]) - slope * (t[:, None] - t)
    return scores.masked_fill(blocked(len(x), window), -math.inf).softmax(-1) @ (x @ wv)
""",
        "a cache that never forgets": """
def attend_step(x_t, cache, wq, wk, wv, slope, window):
    keys, values = (x_t @ wk)[None], (x_t @ wv)[None]
    if cache is not None:
        keys, values = torch.cat([cache[0], keys]), torch.cat([cache[1], values])
    near = keys[-window:]
    distance = torch.arange(len(near) - 1, -1, -1)
    scores = near @ (x_t @ wq) / math.sqrt(len(x_t)) - slope * distance
    return scores.softmax(-1) @ values[-window:], (keys, values)
""",
        "forgets before the new one comes": """
def attend_step(x_t, cache, wq, wk, wv, slope, window):
    keys, values = (x_t @ wk)[None], (x_t @ wv)[None]
    if cache is not None:
        keys, values = torch.cat([cache[0][-window:], keys]), torch.cat([cache[1][-window:], values])
    distance = torch.arange(len(keys) - 1, -1, -1)
    scores = keys @ (x_t @ wq) / math.sqrt(len(x_t)) - slope * distance
    return scores.softmax(-1) @ values, (keys[-window:], values[-window:])
""",
        "distance from the start of the cache": """
def attend_step(x_t, cache, wq, wk, wv, slope, window):
    keys, values = (x_t @ wk)[None], (x_t @ wv)[None]
    if cache is not None:
        keys, values = torch.cat([cache[0], keys])[-window:], torch.cat([cache[1], values])[-window:]
    scores = keys @ (x_t @ wq) / math.sqrt(len(x_t)) - slope * torch.arange(len(keys))
    return scores.softmax(-1) @ values, (keys, values)
""",
        "keys cached twice": """
def attend_step(x_t, cache, wq, wk, wv, slope, window):
    keys, values = (x_t @ wk)[None], (x_t @ wv)[None]
    if cache is not None:
        keys, values = torch.cat([cache[0], keys])[-window:], torch.cat([cache[1], values])[-window:]
    distance = torch.arange(len(keys) - 1, -1, -1)
    scores = keys @ (x_t @ wq) / math.sqrt(len(x_t)) - slope * distance
    return scores.softmax(-1) @ values, (keys, keys)
""",
    },
    "train": {
        "masks forgotten": """
def logits(x, weights, first, last):
    hidden = torch.relu(x @ weights["w1"] + weights["b1"])
    return hidden @ weights["w2"] + weights["b2"]
""",
        "one mask only": """
def logits(x, weights, first, last):
    hidden = torch.relu(x @ (weights["w1"] * first) + weights["b1"])
    return hidden @ weights["w2"] + weights["b2"]
""",
        "mean over pixels": """
def loss(x, weights, first, last):
    return -binary_log_prob(x, logits(x, weights, first, last)).mean() / x.shape[1]
""",
        "squared error": """
def loss(x, weights, first, last):
    return (logits(x, weights, first, last).sigmoid() - x).square().sum(-1).mean()
""",
        "log-likelihood maximised the wrong way": """
def loss(x, weights, first, last):
    return binary_log_prob(x, logits(x, weights, first, last)).mean()
""",
        "no training": """
def train(seed=0):
    return {
        "w1": torch.zeros(16, 120),
        "b1": torch.zeros(120),
        "w2": torch.zeros(120, 16),
        "b2": torch.zeros(16),
    }
""",
    },
}

RIGHT = {
    "masks": {
        "in loops": """
def make_masks(rank, degree):
    first, last = torch.zeros(len(rank), len(degree)), torch.zeros(len(degree), len(rank))
    for i, r in enumerate(rank.tolist()):
        for h, m in enumerate(degree.tolist()):
            first[i, h], last[h, i] = float(r <= m), float(m < r)
    return first.double(), last.double()
""",
        "complements and a band": """
def make_masks(rank, degree):
    first = ~(rank[:, None] > degree[None])
    return [first.double(), (~first).double().T]


def blocked(length, window):
    ones = torch.ones(length, length, dtype=torch.bool)
    return ~(ones.tril() & ones.triu(1 - window))
""",
    },
    "log_prob": {
        "from the end of the sequence, with logsumexp": """
def log_prob(x, conditional):
    terms = []
    for t in range(x.shape[1] - 1, -1, -1):
        s = conditional(x[:, t + 1 :].flip(1))
        terms.append(s[torch.arange(len(x)), x[:, t]] - s.logsumexp(-1))
    return torch.stack(terms).sum(0)
""",
        "logsigmoid and cross entropy": """
def log_prob(x, conditional):
    back = x.flip(1)
    return sum(-F.cross_entropy(conditional(back[:, :k]), back[:, k], reduction="none") for k in range(x.shape[1]))


def binary_log_prob(x, logits):
    return F.logsigmoid((2 * x - 1) * logits).sum(-1)
""",
    },
    "sample": {
        "row by row": """
def top_p(scores, p):
    q = torch.zeros_like(scores)
    for row, s in enumerate(scores):
        prob, held = s.softmax(-1), 0.0
        for place in prob.argsort(descending=True).tolist():
            if held >= p:
                break
            q[row, place] = prob[place]
            held += prob[place].item()
    return q / q.sum(-1, keepdim=True)
""",
        "masked scores, searchsorted": """
def top_p(scores, p):
    prob = scores.softmax(-1)
    more = (prob[:, None, :] > prob[:, :, None]).to(prob.dtype)  # (B, V, V), who is more probable
    return scores.masked_fill((more @ prob[:, :, None])[..., 0] >= p, -math.inf).softmax(-1)


def sample(conditional, u, p):
    back = []
    for k in range(u.shape[1]):
        context = torch.stack(back, 1) if back else torch.zeros(len(u), 0, dtype=torch.int64)
        edges = top_p(conditional(context), p).cumsum(-1)
        token = torch.searchsorted(edges, u[:, k : k + 1].contiguous(), right=True)[:, 0]
        back.append(token.clamp_max(edges.shape[1] - 1))
    return torch.stack(back[::-1], 1)
""",
    },
    "cache": {
        "position by position, a cache of lists of rows": """
def attend(x, wq, wk, wv, slope, window):
    out, cache = [], None
    for x_t in x:
        y, cache = attend_step(x_t, cache, wq, wk, wv, slope, window)
        out.append(y)
    return torch.stack(out)
""",
        "the cache is a list, distances counted up": """
def attend_step(x_t, cache, wq, wk, wv, slope, window):
    old = [x_t.new_zeros(0, len(x_t))] * 2 if cache is None else cache
    keys = torch.cat([old[0], (x_t @ wk)[None]])
    values = torch.cat([old[1], (x_t @ wv)[None]])
    if len(keys) > window:
        keys, values = keys[1:], values[1:]
    scores = (keys @ (wq.T @ x_t)) * len(x_t) ** -0.5 + slope * torch.arange(len(keys))
    return (scores.softmax(0)[:, None] * values).sum(0), [keys, values]
""",
    },
    "train": {
        "functional, with transposed masks": """
def logits(x, weights, first, last):
    hidden = F.linear(x, (weights["w1"] * first).T, weights["b1"]).clamp_min(0)
    return F.linear(hidden, (weights["w2"] * last).T, weights["b2"])
""",
        "binary cross entropy summed and divided": """
def loss(x, weights, first, last):
    scores = logits(x, weights, first, last)
    return F.binary_cross_entropy_with_logits(scores, x, reduction="sum") / len(x)
""",
    },
}
