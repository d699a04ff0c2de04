/** The noised mixture of the live figure is the one of genbook. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { density, level, noised, view } from "../../book/live/figures/noised-mixture/mixture.mjs";
import { asked, report, verdict } from "../../book/live/figures/noised-mixture/words.mjs";
import { close, fixture } from "./fixture.mjs";

for (const { t, x, level: expected, log_p, score, mean, clean, posterior } of fixture("noised-mixture").times) {
  const views = x.map((value) => view(value, t));

  test(`level, density, score and posterior mean at t = ${t}`, () => {
    close(Object.values(level(t)), expected, 1e-9);
    close(views.map((now) => now.logP), log_p, 1e-6, "log p");
    close(views.map((now) => density(noised(level(t)), now.x)), log_p.map(Math.exp), 1e-6, "p");
    close(views.map((now) => now.score), score, 1e-6, "score");
    close(views.map((now) => now.mean), mean, 1e-6, "posterior mean");
  });

  test(`the posterior is Bayes' rule at t = ${t}`, () => {
    close(clean.map((value) => density(views[9].posterior, value)), posterior, 1e-6);
  });

  test(`Tweedie's formula at t = ${t}`, () => {
    close(views.map(({ x: noisy, sigma, alpha, score: slope }) => (noisy + sigma ** 2 * slope) / alpha), mean, 1e-6);
  });
}

test("the question is answered where it was asked, and only there", () => {
  assert.ok(asked({ x: -2.5, t: 1 }) && !asked({ x: -2.5, t: 0.5 }) && !asked({ x: 0, t: 1 }));
  assert.match(verdict("middle", view(-3, 1)).join(""), /^Right\. It lies at 0\.2\d, near the mean/);
  assert.match(verdict("stay", view(-3, 1)).join(""), /^Not so\. /);
  assert.match(report(view(1, 0.2)), /t = 0\.20: α = 0\.\d{3}.*posterior mean is .* = \d\.\d\d/);
});
