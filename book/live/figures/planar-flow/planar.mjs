/** Planar layers z = x + û tanh(wᵀx + b) in the plane, with the constraint that keeps them invertible. */

const MARGIN = 1e-3; // what every determinant stays above
const SHARE = 1 - 1 / Math.E;

/** A number above −1 for any real number, increasing, with 0 for 0. */
export function aboveMinusOne(a) {
  const near = a < 20 ? Math.log1p(SHARE * Math.expm1(a)) : a + Math.log(SHARE);
  return (1 - MARGIN) * near;
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1];

/** What a layer uses: û, and m = wᵀû. Without the constraint that is u itself. */
export function used({ w, u }, constrained = true) {
  const along = dot(w, u);
  const square = dot(w, w);
  if (!constrained || square === 0) return { uHat: u, m: along };
  const m = aboveMinusOne(along);
  return { uHat: u.map((value, i) => value + ((m - along) * w[i]) / square), m };
}

/** Carry one point through the layers; returns where it ends and the determinant of the whole way, with its sign. */
export function carry(point, layers, constrained = true) {
  let z = point;
  let determinant = 1;
  for (const layer of layers) {
    const { uHat, m } = used(layer, constrained);
    const h = Math.tanh(dot(layer.w, z) + layer.b);
    z = [z[0] + uHat[0] * h, z[1] + uHat[1] * h];
    determinant *= 1 + m * (1 - h * h);
  }
  return { z, determinant };
}

/** A lattice of (n + 1)² points over [−reach, reach]², carried; `density` at a point is N(x; 0, I) / |det|. */
export function carriedLattice(layers, constrained, reach, n) {
  const rows = [];
  for (let i = 0; i <= n; i += 1) {
    const row = [];
    for (let j = 0; j <= n; j += 1) {
      const x = [reach * ((2 * j) / n - 1), reach * ((2 * i) / n - 1)];
      const { z, determinant } = carry(x, layers, constrained);
      row.push({ z, determinant, density: Math.exp(-dot(x, x) / 2) / (2 * Math.PI * Math.abs(determinant)) });
    }
    rows.push(row);
  }
  return rows;
}

/** The smallest and the largest determinant of a lattice. */
export function extremes(rows) {
  const all = rows.flat().map(({ determinant }) => determinant);
  return { least: Math.min(...all), most: Math.max(...all) };
}

/** u turned to a right angle with w, its length kept. */
export function turned({ w, u }) {
  const length = Math.hypot(...u);
  const across = Math.hypot(...w);
  return across === 0 ? u : [(-w[1] / across) * length, (w[0] / across) * length];
}
