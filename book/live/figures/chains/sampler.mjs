/**
 * A landscape with two valleys and the kernels that walk on it, with the noise as an argument.
 *
 * p is a mixture of two Gaussians with unit covariance, a share of 0.4 at -d (1, 1) / sqrt(2) and 0.6 at the opposite
 * point; E = -log p. `genbook.numerics.mcmc` computes the same steps. Points are [x1, x2].
 */

export const SHARE = 0.4; // of the lower left valley
const HALF = Math.SQRT1_2;
const LOG_TWO_PI = Math.log(2 * Math.PI);

/** The two valleys at distance d from the origin. */
export function valleys(d) {
  return [
    { share: SHARE, mean: [-d * HALF, -d * HALF] },
    { share: 1 - SHARE, mean: [d * HALF, d * HALF] },
  ];
}

const add = (x, factor, y) => [x[0] + factor * y[0], x[1] + factor * y[1]];
const square = ([a, b]) => a * a + b * b;

/** E(x) in nats and its gradient: the pulls of both means, weighted by their responsibilities. */
export function at(world, x) {
  const away = world.map(({ mean }) => add(x, -1, mean));
  const terms = world.map(({ share }, k) => Math.log(share) - 0.5 * square(away[k]) - LOG_TWO_PI);
  const most = Math.max(...terms);
  const weights = terms.map((term) => Math.exp(term - most));
  const total = weights[0] + weights[1];
  const grad = [0, 1].map((i) => (weights[0] * away[0][i] + weights[1] * away[1][i]) / total);
  return { x, energy: -most - Math.log(total), grad };
}

/** x - eta grad E + sqrt(2 eta) eps. */
export function langevinStep({ x, grad }, eps, eta) {
  return add(add(x, -eta, grad), Math.sqrt(2 * eta), eps);
}

/** The log of the Metropolis-Hastings ratio of a Langevin proposal. */
export function malaLogRatio(here, there, eta) {
  const forth = square(add(add(there.x, -1, here.x), eta, here.grad));
  const back = square(add(add(here.x, -1, there.x), eta, there.grad));
  return here.energy - there.energy + (forth - back) / (4 * eta);
}

/** E(x) + |v|^2 / 2. */
export const totalEnergy = (here, v) => here.energy + 0.5 * square(v);

/** Half a kick, drifts and kicks in turn, half a kick. */
export function leapfrog(world, here, v, delta, steps) {
  let now = here;
  let velocity = add(v, -0.5 * delta, now.grad);
  for (let step = 1; step <= steps; step += 1) {
    now = at(world, add(now.x, delta, velocity));
    velocity = add(velocity, step < steps ? -delta : -0.5 * delta, now.grad);
  }
  return [now, velocity];
}

/** A draw of x_d given the other one: a mixture of two normals on a line, the left one where u is below its share. */
export function conditionalDraw(world, x, d, u, eps) {
  const other = 1 - d;
  const weights = world.map(({ share, mean }) => share * Math.exp(-0.5 * (x[other] - mean[other]) ** 2));
  const chosen = u * (weights[0] + weights[1]) < weights[0] ? 0 : 1;
  const moved = [...x];
  moved[d] = world[chosen].mean[d] + eps;
  return moved;
}

/** How far the pass between the valleys lies above the bottom of the upper right one, in nats. */
export function barrier(d) {
  const world = valleys(d);
  const energies = Array.from({ length: 401 }, (_, i) => at(world, [((i - 200) / 200) * d * HALF, ((i - 200) / 200) * d * HALF]).energy);
  const left = energies.indexOf(Math.min(...energies.slice(0, 201)));
  const right = energies.lastIndexOf(Math.min(...energies.slice(200)));
  return Math.max(...energies.slice(left, right + 1)) - energies[right];
}

/** Accept with probability min(1, exp(logRatio)); a ratio that is no number is a no. */
const accepted = (logRatio, u) => Math.log(u) < logRatio;

/** The kernels: (world, here, size, draws) -> [there, moved]; draws = { normal(), uniform() }. */
export const KERNELS = {
  langevin(world, here, eta, { normal }) {
    return [at(world, langevinStep(here, [normal(), normal()], eta)), true];
  },
  mala(world, here, eta, { normal, uniform }) {
    const there = at(world, langevinStep(here, [normal(), normal()], eta));
    return accepted(malaLogRatio(here, there, eta), uniform()) ? [there, true] : [here, false];
  },
  metropolis(world, here, size, { normal, uniform }) {
    const there = at(world, add(here.x, size, [normal(), normal()]));
    return accepted(here.energy - there.energy, uniform()) ? [there, true] : [here, false];
  },
  hmc(world, here, delta, { normal, uniform }) {
    const v = [normal(), normal()];
    const [there, end] = leapfrog(world, here, v, delta, 5);
    return accepted(totalEnergy(here, v) - totalEnergy(there, end), uniform()) ? [there, true] : [here, false];
  },
  gibbs(world, here, _size, { normal, uniform }) {
    const half = conditionalDraw(world, here.x, 0, uniform(), normal());
    return [at(world, conditionalDraw(world, half, 1, uniform(), normal())), true];
  },
};
