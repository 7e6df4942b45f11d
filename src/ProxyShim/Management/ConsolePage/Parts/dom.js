// Builds the page's elements. Text is only ever set as text: what an upstream or a legacy app wrote cannot become markup.

const Svg = "http://www.w3.org/2000/svg";

export const byId = id => document.getElementById(id);

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(Svg, tag), attributes, children);

// Changes nothing that is so already: a selection, a focus and a screen reader stay where they are.
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

// A table with the roles that a browser forgets when style sheets lay its rows out otherwise.
export function table(label, headings, rows) {
  return el("table", { role: "table", "aria-label": label },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
      ...headings.map(([text, kind]) => el("th", { role: "columnheader", scope: "col", class: kind }, text)))),
    el("tbody", { role: "rowgroup" }, ...rows));
}

export const row = (...cells) => el("tr", { role: "row" }, ...cells);

export const cell = (kind, ...children) => el("td", { role: "cell", class: kind }, ...children);

export function time(text, date) {
  return el("time", { datetime: date.toISOString(), title: date.toISOString() }, text);
}

// What is long and means nothing to a reader: its beginning, with the rest in its title, and a button that copies all of it.
export function short(text, label, { open } = {}) {
  const beginning = text.length > 12 ? `${text.slice(0, 8)}…` : text;
  const code = el("code", { title: text }, beginning);
  const shown = open ? el("button", { type: "button", class: "link", "aria-label": `${label} ${beginning}` }, code) : code;
  if (open) {
    shown.addEventListener("click", open);
  }

  return el("span", { class: "short" }, shown, copier(text));
}

// Browsers lend the clipboard to secure pages only: https, or this machine.
function copier(text) {
  if (!navigator.clipboard) {
    return "";
  }

  const button = el("button", { type: "button", class: "copy", title: "Copy", "aria-label": `Copy ${text}` },
    svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, svg("path", { d: "M5 4.5h6.5v7H5zM2.5 9V2H9" })));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    setText(byId("announcer"), "Copied.");
  });
  return button;
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }

  node.append(...children.filter(child => child !== undefined && child !== null && child !== ""));
  return node;
}
