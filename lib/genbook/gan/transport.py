"""The Wasserstein-1 (earth mover's) distance exactly: as two linear programmes, by quantiles, and by assignment."""

import torch
from torch import Tensor

from genbook.checks import check_batch, check_finite

MOST_POINTS = 2000  # an assignment of so many points takes seconds


def transport_plan(p: Tensor, q: Tensor, cost: Tensor) -> tuple[Tensor, float]:
    """Return the cheapest plan (N, M) that carries the masses p (N,) to q (M,), and its cost sum_ij plan_ij cost_ij.

    This is the primal programme of Kantorovich: plan >= 0, rows sum to p, columns to q. cost is (N, M).

    Raises:
        TypeError, ValueError: the masses are no distributions, or `cost` does not fit them.

    >>> p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.0, 1.0])
    >>> transport_plan(p, q, torch.tensor([[0.0, 2.0], [2.0, 0.0]]))[1]
    1.0
    """
    p, q, cost = _check_problem(p, q, cost)
    n, m = cost.shape
    rows = torch.eye(n, dtype=torch.float64).repeat_interleave(m, 1)  # (N, N M): row sums of the flattened plan
    columns = torch.eye(m, dtype=torch.float64).repeat(1, n)  # (M, N M): column sums
    value, plan = _minimise(cost.flatten(), equal=(torch.cat([rows, columns]), torch.cat([p, q])), low=0.0)
    return plan.reshape(n, m), value


def transport_prices(p: Tensor, q: Tensor, cost: Tensor) -> tuple[Tensor, Tensor, float]:
    """Return f (N,), g (M,) that maximise sum p f + sum q g under f_i + g_j <= cost_ij, and that maximum.

    The dual programme. f_i is what the last unit of mass at i costs to bring away, g_j what it costs to bring to j;
    a constant may be moved from f to g, here f_0 = 0.

    Raises:
        TypeError, ValueError: as `transport_plan`.
    """
    p, q, cost = _check_problem(p, q, cost)
    n, m = cost.shape
    at_most = torch.cat([torch.eye(n).repeat_interleave(m, 0), torch.eye(m).repeat(n, 1)], 1).double()  # (N M, N + M)
    value, prices = _minimise(-torch.cat([p, q]), at_most=(at_most, cost.flatten()))
    f, g = prices[:n], prices[n:]
    return f - f[0], g + f[0], -value


def lipschitz_prices(p: Tensor, q: Tensor, distance: Tensor) -> tuple[Tensor, float]:
    """Return f (N,) that maximises sum (p - q) f under f_i - f_j <= distance_ij, and that maximum.

    The dual of Kantorovich and Rubinstein, for p and q on the same N points with a metric (N, N); here f_0 = 0.

    Raises:
        TypeError, ValueError: as `transport_plan`; also where the two have different numbers of points.
    """
    p, q, distance = _check_problem(p, q, distance)
    if len(p) != len(q):
        raise ValueError(f"p has {len(p)} points and q has {len(q)}, expected the same points for both.")
    one = torch.eye(len(p), dtype=torch.float64)
    differences = (one[:, None] - one[None]).flatten(0, 1)  # (N N, N): f_i - f_j
    value, f = _minimise(-(p - q), at_most=(differences, distance.flatten()))
    return f - f[0], -value


def c_transform(g: Tensor, cost: Tensor) -> Tensor:
    """Return the largest f (N,) with f_i + g_j <= cost_ij, f_i = min_j [cost_ij - g_j]: g (M,), cost (N, M).

    Where the cost is a metric, f is 1-Lipschitz as a minimum of 1-Lipschitz functions.
    """
    return (cost - g).amin(1)


def lagrangian(plan: Tensor, f: Tensor, g: Tensor, problem: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Return sum plan cost + sum f (p - plan's rows) + sum g (q - plan's columns), shape (); problem is (p, q, cost).

    At a plan that carries p to q it is the plan's cost, whatever f and g are. At prices with f_i + g_j <= cost_ij it
    is at least sum p f + sum q g, whatever the plan >= 0 is: so no plan is cheaper than any such prices.
    """
    p, q, cost = problem
    return (plan * cost).sum() + f @ (p - plan.sum(1)) + g @ (q - plan.sum(0))


def quantile_w1(x: Tensor, p: Tensor, q: Tensor) -> float:
    """Return W1 of masses p and q (N,) at the points x (N,) of a line: the area between their distribution functions.

    In one dimension W1 is the integral of |F_p^-1(u) - F_q^-1(u)| over u from 0 to 1, and of |F_p(x) - F_q(x)| over x.

    >>> quantile_w1(torch.tensor([0.0, 2.0]), torch.tensor([0.5, 0.5]), torch.tensor([0.0, 1.0]))
    1.0
    """
    check_batch(x, (), "x")
    p, q, _ = _check_problem(p, q, torch.zeros(len(x), len(x)))
    x, order = x.double().sort()
    return float(((p - q)[order].cumsum(0)[:-1].abs() * x.diff()).sum())


def assignment_w1(x: Tensor, y: Tensor) -> float:
    """Return W1, in the Euclidean metric, of the two clouds x and y, both (N, D), exactly: the cheapest pairing.

    Between equally many points of equal mass some optimal plan is a permutation (Birkhoff). It is the distance of the
    clouds; as an estimate of the distance of the distributions it is too large, by O(N^(-1/D)) for D > 2.

    Raises:
        TypeError, ValueError: the clouds are not alike in shape, hold a NaN, or have more than 2000 points.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    check_batch(x, x.shape[1:])
    check_batch(y, x.shape[1:], "y")
    check_finite(x)
    check_finite(y, "y")
    if len(x) != len(y) or len(x) > MOST_POINTS:
        raise ValueError(f"x has {len(x)} points and y has {len(y)}, expected equally many, at most {MOST_POINTS}.")
    cost = torch.cdist(x.flatten(1).double(), y.flatten(1).double(), compute_mode="donot_use_mm_for_euclid_dist").cpu()
    i, j = linear_sum_assignment(cost.numpy())
    return float(cost[i, j].mean())


def _minimise(
    objective: Tensor,
    equal: tuple[Tensor, Tensor] | tuple[None, None] = (None, None),
    at_most: tuple[Tensor, Tensor] | tuple[None, None] = (None, None),
    low: float | None = None,
) -> tuple[float, Tensor]:
    """Minimise objective . v over v >= low with A v = b for `equal` and A v <= b for `at_most`; return value and v."""
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    (a_eq, b_eq), (a_ub, b_ub) = (
        (None, None) if a is None else (csr_matrix(a.numpy()), b.numpy()) for a, b in (equal, at_most)
    )
    found = linprog(objective.numpy(), a_ub, b_ub, a_eq, b_eq, bounds=(low, None), method="highs")
    if not found.success:
        raise ValueError(f"the linear programme has no solution ({found.message}), expected finite costs.")
    return float(found.fun), torch.from_numpy(found.x.copy())


def _check_problem(p: Tensor, q: Tensor, cost: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Check two distributions and the costs between them, and return all three in float64 on the CPU."""
    for name, mass in {"p": p, "q": q}.items():
        check_batch(mass, (), name)
        check_finite(mass, name)
        if (mass < 0).any() or abs(float(mass.double().sum()) - 1) > 1e-5:
            raise ValueError(f"{name} sums to {float(mass.sum()):g} with least {float(mass.min()):g}, expected masses.")
    check_batch(cost, q.shape, "cost")
    check_finite(cost, "cost")
    if len(cost) != len(p):
        raise ValueError(f"cost has {len(cost)} rows, expected {len(p)}: one for each mass of p.")
    p, q, cost = (t.detach().double().cpu() for t in (p, q, cost))
    return p / p.sum(), q / q.sum(), cost
