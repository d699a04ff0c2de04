/** Builders for HTML and SVG elements, and the one way in which figures speak to screen readers. */

const SVG = "http://www.w3.org/2000/svg";
let serial = 0;

/** An id that is unique on the page, for labels that point at other elements. */
export function uniqueId(prefix) {
  serial += 1;
  return `live-${prefix}-${serial}`;
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}

/** An HTML element; attributes that start with "on" are listeners. */
export function html(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** An SVG element; attributes that start with "on" are listeners. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** A part of a figure with its title; `place` is the class that puts it on the grid of the figure. */
export function panel(place, title, ...content) {
  return html("div", { class: `live-panel ${place}` }, html("p", { class: "live-title" }, title), ...content);
}

/** A polite live region; `say(text)` is read aloud by screen readers and shown to everybody. */
export function liveRegion(className) {
  const node = html("p", { class: className, role: "status", "aria-live": "polite" });
  const say = (...content) => node.replaceChildren(...content);
  return { node, say };
}

/** Does the reader ask for less motion? Asked at every start of an animation, since the setting can change. */
export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Call `draw(width)` now and whenever the width of `node` changes; returns a function that stops it. */
export function onWidth(node, draw) {
  let last = -1;
  const observer = new ResizeObserver(() => {
    const width = Math.floor(node.clientWidth);
    if (width === last || width === 0) return;
    last = width;
    draw(width);
  });
  observer.observe(node);
  return () => observer.disconnect();
}
