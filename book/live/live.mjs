/**
 * The entry of the live figures: finds every `<div data-live="name">` and starts `figures/name.mjs` inside it.
 *
 * A figure starts when it scrolls into view; with `data-start="click"` it waits for the reader's click. What the div
 * holds is the fallback: it stays where scripts are off or the figure fails. Every address is relative to this file,
 * so the book works at the root of a host and under a sub-path.
 *
 * A figure is a module whose default export is `start(root, options)`: `root` is an empty element to fill, `options`
 * the div's data attributes. The same function is called by the widgets of `genbook.interactive`.
 */

function addStyles() {
  const href = new URL("live.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href });
  document.head.append(link);
}

async function begin(host) {
  const root = document.createElement("div");
  root.className = "live";
  root.hidden = true;
  const fallback = [...host.childNodes];
  host.append(root);
  host.dataset.state = "starting";
  try {
    const figure = await import(new URL(`figures/${host.dataset.live}.mjs`, import.meta.url).href);
    for (const node of fallback) node.hidden = true; // at the same moment, so that nothing below moves twice
    root.hidden = false;
    await figure.default(root, { ...host.dataset });
    for (const node of fallback) node.remove();
    host.dataset.state = "live";
  } catch (error) {
    for (const node of fallback) node.hidden = false;
    root.className = "live-failed";
    root.hidden = false;
    root.textContent = `The live figure did not start (${error.message}); the picture stands in for it.`;
    host.dataset.state = "failed";
  }
}

function waitForClick(host) {
  const start = document.createElement("button");
  Object.assign(start, { type: "button", className: "live-start", textContent: "Start the live figure" });
  start.addEventListener("click", () => {
    start.remove();
    begin(host);
  });
  host.append(start);
  host.dataset.state = "waiting";
}

/** Prepare every live figure under `root`; those that are prepared already are left alone. */
export function findFigures(root = document) {
  const hosts = [...root.querySelectorAll("[data-live]:not([data-state])")];
  if (hosts.length === 0) return;
  addStyles();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        begin(target);
      }
    },
    { rootMargin: "200px" },
  );
  for (const host of hosts) {
    host.dataset.state = "waiting";
    if (host.dataset.start === "click") waitForClick(host);
    else observer.observe(host);
  }
}

findFigures();
