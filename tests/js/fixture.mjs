/** Fixtures that `python -m tests.interactive.fixtures` wrote, and comparison to a relative tolerance. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export function fixture(name) {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url)));
}

export function close(actual, expected, tolerance = 1e-6, what = "") {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value) / Math.max(1e-3, Math.abs(value));
    assert.ok(error <= tolerance, `${what} [${i}]: ${actual[i]} against ${value}`);
  });
}
