/** The button of a run: frames, paces, "Stop", and the reader who asks for less motion. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Runner } from "../../book/live/shared/runner.mjs";

let calm = false;
let waiting = null; // what runs in the next frame

beforeEach(() => {
  calm = false;
  waiting = null;
  globalThis.window = { matchMedia: () => ({ matches: calm }) };
  globalThis.document = {
    createElement: () => ({ addEventListener() {}, setAttribute() {}, append(text) { this.textContent = text; } }),
  };
  globalThis.requestAnimationFrame = (tick) => {
    waiting = tick;
    return 7;
  };
  globalThis.cancelAnimationFrame = () => (waiting = null);
});

afterEach(() => {
  for (const name of ["window", "document", "requestAnimationFrame", "cancelAnimationFrame"]) delete globalThis[name];
});

/** A runner of `length` steps, and the diary of what it did. */
function watched(length, pace) {
  const diary = [];
  const note = (word) => () => diary.push(word);
  const steps = function* () {
    for (let k = 0; k < length; k += 1) yield diary.push("step");
  };
  const parts = { steps, draw: note("draw"), arrive: note("arrive"), stopped: note("stopped") };
  return { runner: new Runner("Go", pace ? { ...parts, pace } : parts), diary };
}

function frames(count) {
  for (let k = 0; k < count && waiting; k += 1) {
    const tick = waiting;
    waiting = null;
    tick();
  }
}

test("a step and a drawing a frame, then the arrival, and the button is what it was", () => {
  const { runner, diary } = watched(2);
  runner.press();
  assert.deepEqual([runner.button.textContent, diary.length], ["Stop", 0]);
  frames(10);
  assert.deepEqual(diary, ["step", "draw", "step", "draw", "arrive"]);
  assert.deepEqual([runner.button.textContent, waiting], ["Go", null]);
});

test("many steps a frame, and a pace that changes on the way", () => {
  let pace = 3;
  const { runner, diary } = watched(5, () => pace);
  runner.press();
  frames(1);
  pace = 1;
  frames(1);
  assert.deepEqual(diary, ["step", "step", "step", "draw", "step", "draw"]);
  pace = 10;
  frames(5);
  assert.deepEqual(diary.slice(6), ["step", "arrive"]);
});

test("below one step a frame nothing is drawn in between", () => {
  const { runner, diary } = watched(3, () => 1 / 4);
  runner.press();
  frames(11);
  assert.deepEqual(diary, ["step", "draw", "step", "draw"]);
});

test("a second press stops, a third begins anew; halt() says nothing", () => {
  const { runner, diary } = watched(4);
  runner.press();
  frames(1);
  runner.press();
  assert.deepEqual([diary.at(-1), runner.button.textContent, waiting], ["stopped", "Go", null]);
  runner.press();
  frames(10);
  assert.equal(diary.filter((word) => word === "step").length, 5);
  runner.press();
  diary.length = 0;
  runner.halt();
  runner.halt();
  assert.deepEqual([diary, runner.button.textContent, waiting], [[], "Go", null]);
});

test("with less motion all steps at once, one arrival and no drawing on the way", () => {
  calm = true;
  const { runner, diary } = watched(3, () => 1 / 4);
  runner.press();
  assert.deepEqual(diary, ["step", "step", "step", "arrive"]);
  assert.deepEqual([runner.button.textContent, waiting], ["Go", null]);
});
