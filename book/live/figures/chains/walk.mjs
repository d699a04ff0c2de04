/** Several chains on one landscape, and what can be said about them. */

import { uniforms } from "../../shared/random.mjs";
import { effectiveSampleSize, splitRHat } from "./diagnostics.mjs";
import { KERNELS, at, valleys } from "./sampler.mjs";

export const CHAINS = 3;
const LOST = 1e3; // a chain this far away will not come back

/** The place of a point on the line through both valleys, negative in the lower left one. */
export const along = ([x1, x2]) => (x1 + x2) * Math.SQRT1_2;

/** { uniform(), normal() } from one seed (Box and Muller 1958). */
export function noise(seed) {
  const uniform = uniforms(seed);
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Fresh chains near the upper right valley; where `apart` is set, every second one near the lower left. */
export function begin({ distance, apart, seed }) {
  const world = valleys(distance);
  const draws = noise(seed);
  const chains = Array.from({ length: CHAINS }, (_, k) => {
    const [m1, m2] = world[apart && k % 2 === 1 ? 0 : 1].mean;
    const x = [m1 + 0.7 * draws.normal(), m2 + 0.7 * draws.normal()];
    return { here: at(world, x), path: [x] };
  });
  return { world, chains, draws, moves: 0, lost: false };
}

/** One step of every chain with the kernel `name`. */
export function step(walk, name, size) {
  for (const chain of walk.chains) {
    const [there, moved] = KERNELS[name](walk.world, chain.here, size, walk.draws);
    if (!(Math.hypot(...there.x) < LOST)) {
      walk.lost = true;
      return;
    }
    chain.here = there;
    chain.path.push(there.x);
    walk.moves += moved;
  }
}

/** What the diagnostics say of the place along the line, and the truth that they do not know. */
export function summary(walk) {
  const lines = walk.chains.map(({ path }) => path.slice(1).map(along));
  const draws = lines.flat();
  const steps = Math.min(...lines.map((line) => line.length));
  return {
    steps,
    lost: walk.lost,
    rate: walk.moves / draws.length,
    crossed: lines.filter((line) => line.some((u) => u < 0)).length,
    share: draws.filter((u) => u < 0).length / draws.length,
    rHat: steps >= 8 ? splitRHat(lines) : NaN,
    ess: steps >= 8 ? effectiveSampleSize(lines) : NaN,
  };
}
