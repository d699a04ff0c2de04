/**
 * The same figures as widgets of live notebooks (anywidget).
 *
 * A notebook has no folder to import from: `genbook.interactive` puts the sources of a figure's modules into `MODULES`,
 * dependencies first, as [name, source, {specifier: name}]. Each becomes a blob, and imports are pointed at blobs.
 */

const MODULES = [];

function figureAddress() {
  const addresses = {};
  let last = "";
  for (const [name, source, imports] of MODULES) {
    let text = source;
    for (const [specifier, target] of Object.entries(imports)) {
      text = text.replaceAll(JSON.stringify(specifier), JSON.stringify(addresses[target]));
    }
    last = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    addresses[name] = last;
  }
  return last;
}

let address = null;

async function render({ model, el }) {
  address ??= figureAddress();
  const root = document.createElement("div");
  root.className = "live";
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys to the figure
  el.append(root);
  try {
    const figure = await import(address);
    const file = model.get("file");
    const options = { ...model.get("options") };
    if (file && file.byteLength > 0) options.model = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
    return await figure.default(root, options);
  } catch (error) {
    root.textContent = `The live figure did not start: ${error.message}`;
    return undefined;
  }
}

export default { render };
