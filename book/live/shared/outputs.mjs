/**
 * Distributions over the levels 0, ..., L - 1 of one variable, from a row of network outputs.
 *
 * The same formulas as `genbook.nn.outputs`, in double precision: `logProbs` of all levels in nats, `fromUniform`
 * (inverse CDF), `tempered`, `embed`.
 */

const LIMIT = 7; // of |log scale|, as in genbook

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const logSigmoid = (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

/** log(sum(exp(values))) without overflow. */
export function logSumExp(values) {
  let top = -Infinity;
  for (const value of values) top = Math.max(top, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

function logSoftmax(logits) {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (value) => value - total);
}

/** How many of the cumulative probabilities `cdf` (of all levels but the last) `u` has passed. */
function passed(cdf, u) {
  return cdf.reduce((count, value) => count + Number(u >= value), 0);
}

/** One logit of p(x = 1). */
export function bernoulli() {
  return {
    size: 1,
    levels: 2,
    embed: (x) => 2 * x - 1,
    logProbs: ([logit]) => Float64Array.of(logSigmoid(-logit), logSigmoid(logit)),
    tempered: (params, temperature) => params.map((value) => value / temperature),
    fromUniform: ([logit], u) => Number(u >= sigmoid(-logit)),
  };
}

/** One logit a level. */
export function categorical(levels) {
  return {
    size: levels,
    levels,
    embed: (x) => (2 * x) / Math.max(levels - 1, 1) - 1,
    logProbs: logSoftmax,
    tempered: (params, temperature) => params.map((value) => value / temperature),
    fromUniform: (params, u) => {
      let sum = 0;
      const cdf = logSoftmax(params).map((value) => (sum += Math.exp(value)));
      return passed(cdf.subarray(0, levels - 1), u);
    },
  };
}

/** A mixture of logistic densities on [-1, 1], cut into one bin a level (Salimans et al., 2017, equation 2). */
export function logisticMixture(levels, components) {
  const embed = (x) => (2 * x) / (levels - 1) - 1;
  const split = (params) => ({
    logWeights: logSoftmax(params.subarray(0, components)),
    means: params.subarray(components, 2 * components),
    logScales: params.subarray(2 * components).map((value) => Math.min(LIMIT, Math.max(-LIMIT, value))),
  });
  const logMass = (level, mean, logScale) => {
    const inverse = Math.exp(-logScale);
    const centre = (embed(level) - mean) * inverse;
    const reach = inverse / (levels - 1); // half a bin
    const [first, last] = [level === 0, level === levels - 1];
    const belowUpper = last ? 0 : logSigmoid(centre + reach);
    const aboveLower = first ? 0 : logSigmoid(reach - centre);
    const width = first || last ? 0 : Math.log(-Math.expm1(-2 * reach));
    return belowUpper + aboveLower + width;
  };
  return {
    size: 3 * components,
    levels,
    embed,
    logProbs: (params) => {
      const { logWeights, means, logScales } = split(params);
      return Float64Array.from({ length: levels }, (_, level) =>
        logSumExp(logWeights.map((weight, k) => weight + logMass(level, means[k], logScales[k]))),
      );
    },
    tempered: (params, temperature) => {
      const { means, logScales } = split(params);
      const weights = params.subarray(0, components).map((value) => value / temperature);
      return Float64Array.of(...weights, ...means, ...logScales.map((value) => value + Math.log(temperature)));
    },
    fromUniform: (params, u) => {
      const { logWeights, means, logScales } = split(params);
      const cdf = Float64Array.from({ length: levels - 1 }, (_, level) =>
        logWeights.reduce((sum, weight, k) => {
          return sum + Math.exp(weight) * sigmoid((embed(level + 0.5) - means[k]) * Math.exp(-logScales[k]));
        }, 0),
      );
      return passed(cdf, u);
    },
  };
}

/** The output that a file names. */
export function outputFrom({ output, levels, components }) {
  if (output === "Bernoulli") return bernoulli();
  if (output === "Categorical") return categorical(levels);
  if (output === "DiscretizedLogisticMixture") return logisticMixture(levels, components);
  throw new Error(`the model's output is ${output}, expected one over levels`);
}
