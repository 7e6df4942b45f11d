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

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }

  node.append(...children.filter(child => child !== undefined && child !== null && child !== ""));
  return node;
}
