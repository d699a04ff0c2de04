/** Calls `step` so many times a second until it returns false; at once where the reader asks for less motion. */

import { reducedMotion } from "../../shared/dom.mjs";

const MOST_AT_ONCE = 8; // a tab that was in the background does not catch up in one leap

export function play(speed, step) {
  let frame = null;
  let before = 0;
  let due = 0;
  const pause = () => {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
  };
  const tick = (now) => {
    due = Math.min(MOST_AT_ONCE, due + ((now - before) / 1000) * speed());
    before = now;
    frame = requestAnimationFrame(tick);
    for (; due >= 1 && frame !== null; due -= 1) {
      if (!step()) pause();
    }
  };
  const start = () => {
    if (reducedMotion()) {
      while (step());
      return;
    }
    before = performance.now();
    due = 1;
    frame = requestAnimationFrame(tick);
  };
  return { start, pause, running: () => frame !== null };
}
