/** A button that runs many steps, some in every frame of the screen, and says "Stop" while it does. */

import { button } from "./controls.mjs";
import { reducedMotion } from "./dom.mjs";

const PRIMARY = { class: "live-button live-primary" };

/**
 * A press starts a run, or stops the one that goes on; where the reader asks for less motion, a run is over at once.
 *
 * `steps()` begins a run and returns an iterator, which takes a step whenever its next value is asked for. `pace()` is
 * how many steps a frame takes; below one, a step takes several frames. `draw()` follows the steps of a frame,
 * `arrive()` the last step of a run, `stopped()` a press on "Stop".
 */
export class Runner {
  constructor(label, { steps, draw, arrive, stopped, pace = () => 1 }, attributes = PRIMARY) {
    Object.assign(this, { label, steps, draw, arrive, stopped, pace, frame: null });
    this.button = button(label, () => this.press(), attributes);
  }

  press() {
    if (this.frame !== null) {
      this.halt();
      this.stopped();
      return;
    }
    const run = this.steps();
    if (reducedMotion()) {
      while (!run.next().done);
      this.arrive();
      return;
    }
    this.button.textContent = "Stop";
    this.animate(run);
  }

  animate(run) {
    let due = 0;
    const tick = () => {
      due += this.pace();
      const count = Math.floor(due);
      due -= count;
      for (let k = 0; k < count; k += 1) {
        if (run.next().done) {
          this.halt();
          this.arrive();
          return;
        }
      }
      if (count > 0) this.draw();
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** End the run, if one goes on, where it stands. */
  halt() {
    if (this.frame === null) return;
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.button.textContent = this.label;
  }
}
