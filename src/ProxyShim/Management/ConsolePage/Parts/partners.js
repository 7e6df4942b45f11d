import { byId, cell, el, row, setText, table } from "./dom.js";
import { number } from "./format.js";

const Most = 20;

const Figures = [["Clicks", "clicks"], ["Conversions", "conversions"], ["Verified", "verified"], ["Sales", "sales"]];

let shown = "";

export function showPartners({ partners }) {
  setText(byId("partners-note"), partners.length === 0
    ? "No data: no click, conversion or sale in the last 60 minutes of this replica."
    : partners.length > Most ? `The ${number(Most)} with the most conversions, of ${number(partners.length)}. Last 60 minutes, this replica.`
      : "Last 60 minutes, this replica. Clicks are those of new customers that were found; sales, those of customers who were converted.");

  // Nothing in it takes the focus, so it may be made anew.
  const news = JSON.stringify(partners);
  if (news !== shown) {
    shown = news;
    byId("partners").replaceChildren(...partners.length === 0 ? [] : [
      table("Partners", [["Partner", ""], ...Figures.map(([heading]) => [heading, "figure"])], partners.slice(0, Most).map(describe))]);
  }
}

const describe = partner => row(
  cell("who", el("code", {}, partner.partner)),
  ...Figures.map(([, name]) => cell(`figure ${name}`, number(partner[name]))));
