/**
 * What every page does without a kernel: definitions of glossary terms in place, and the filters of the register.
 *
 * Without scripts a term is a link to the glossary and the register is one full table for each chapter.
 */

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/* Glossary: the definitions are read from the glossary page, once, when the first is asked for. */

let glossary = null;
let card = null;
let owner = null;
let leaving = 0;

async function definition(link) {
  const address = new URL(link.href);
  glossary ??= fetch(address.pathname).then((answer) => answer.text());
  const page = new DOMParser().parseFromString(await glossary, "text/html");
  const term = page.getElementById(decodeURIComponent(address.hash.slice(1)));
  let node = term?.nextElementSibling;
  while (node && node.tagName !== "DD") node = node.nextElementSibling;
  return node ? [...node.childNodes].map((child) => document.importNode(child, true)) : [];
}

function place(link) {
  const [line] = link.getClientRects();
  const width = Math.min(360, window.innerWidth - 24);
  const left = Math.max(12, Math.min(line.left, document.documentElement.clientWidth - width - 12));
  Object.assign(card.style, { width: `${width}px`, left: `${left + window.scrollX}px`, top: `${line.bottom + window.scrollY + 6}px` });
  if (line.bottom + card.offsetHeight + 12 > window.innerHeight && line.top > card.offsetHeight) {
    card.style.top = `${line.top + window.scrollY - card.offsetHeight - 6}px`;
  }
}

function hide() {
  clearTimeout(leaving);
  owner?.removeAttribute("aria-describedby");
  owner = null;
  if (card) card.hidden = true;
}

async function show(link) {
  clearTimeout(leaving);
  if (owner === link) return;
  hide();
  owner = link;
  const nodes = await definition(link).catch(() => []);
  if (owner !== link || nodes.length === 0) return;
  if (!card) {
    card = element("div", { id: "glossary-card", role: "tooltip" });
    card.addEventListener("pointerenter", () => clearTimeout(leaving));
    card.addEventListener("pointerleave", hide);
    document.querySelector("main, body").append(card);
  }
  card.replaceChildren(...nodes);
  card.hidden = false;
  link.setAttribute("aria-describedby", card.id);
  place(link);
  if (card.querySelector(".math") && window.MathJax?.typesetPromise) {
    await window.MathJax.typesetPromise([card]);
    if (owner === link) place(link);
  }
}

function prepareTerms() {
  for (const link of document.querySelectorAll("a.glossary-term")) {
    let touched = false;
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(link));
    link.addEventListener("pointerleave", () => (leaving = setTimeout(hide, 250)));
    link.addEventListener("pointerdown", (event) => (touched = event.pointerType !== "mouse" && owner !== link));
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("click", (event) => {
      if (!touched) return; // the first touch shows the definition, the second follows the link
      touched = false;
      event.preventDefault();
      show(link);
    });
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

/* The register: chapter, what a model gives, and text. */

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function readTables(holder) {
  return [...holder.querySelectorAll("table.register")].map((table) => {
    const frame = table.closest(".pst-scrollable-table-container") ?? table;
    const heading = frame.previousElementSibling;
    const rows = [...table.tBodies[0].rows].map((row) => ({
      row,
      text: plain(row.textContent),
      gives: row.cells[3].textContent.trim().split(", "),
    }));
    return { frame, heading, chapter: heading.textContent.trim(), rows };
  });
}

function choices(label, values, onChange) {
  const select = element("select", {}, element("option", { value: "" }, "all"), ...values.map((v) => element("option", {}, v)));
  select.addEventListener("change", onChange);
  return [element("label", {}, element("span", {}, label), select), select];
}

function prepareRegister(holder) {
  const tables = readTables(holder);
  const gives = [...new Set(tables.flatMap(({ rows }) => rows.flatMap((row) => row.gives)))].sort();
  const update = () => {
    const wanted = plain(text.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { frame, heading, chapter, rows } of tables) {
      let own = 0;
      for (const entry of rows) {
        const fits = (!gift.value || entry.gives.includes(gift.value)) && wanted.every((word) => entry.text.includes(word));
        entry.row.hidden = !(fits && (!whose.value || whose.value === chapter));
        own += entry.row.hidden ? 0 : 1;
      }
      frame.hidden = heading.hidden = own === 0;
      count += own;
    }
    status.textContent = `${count} of ${tables.reduce((sum, { rows }) => sum + rows.length, 0)} models`;
  };
  const text = element("input", { type: "search", autocomplete: "off", placeholder: "name, acronym or author" });
  text.addEventListener("input", update);
  const [chapterLabel, whose] = choices("Chapter", tables.map(({ chapter }) => chapter), update);
  const [giftLabel, gift] = choices("What it gives", gives, update);
  const status = element("p", { role: "status" });
  const form = element("form", { class: "register-filter", role: "search", "aria-label": "Models" });
  form.append(element("label", {}, element("span", {}, "Search"), text), chapterLabel, giftLabel, status);
  form.addEventListener("submit", (event) => event.preventDefault());
  tables[0].heading.before(form);
  update();
}

prepareTerms();
const register = document.querySelector("table.register");
if (register) prepareRegister(register.closest("section, article"));
