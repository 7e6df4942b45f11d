// A Customer API client for Node, with its built-in fetch: plays calls.json straight at the Customer API and through the shim, and compares.
//
//   node customer_api.mjs '{"direct": "http://…", "shim": "http://…", "public": "pk", "secret": "sk", "keys": {"converted": "…", …}}'
//
// Prints a line per call. Exit code 1: an answer differs where calls.json does not say that it may.
import { readFileSync } from "node:fs";

const { differences, calls } = JSON.parse(readFileSync(new URL("calls.json", import.meta.url), "utf8"));
const setup = JSON.parse(process.argv[2]);
const HEADERS = ["content-type", "allow", "www-authenticate", "retry-after", "location"];

async function play(base) {
  const keys = { ...setup.keys };
  const fill = (text, encode) => text.replace(/\{([a-z][^{}"]*)\}/g, (_, name) => encode(keys[name]));
  const inJson = (key) => JSON.stringify(key).slice(1, -1);
  const answers = [];
  for (const call of calls) {
    const body = call.body ? fill(JSON.stringify(call.body), inJson) : call.text && fill(call.text, inJson);
    const response = await fetch(base + fill(call.path, encodeURIComponent), {
      method: call.method,
      headers: {
        authorization: "Basic " + Buffer.from(`${setup.public}:${call.secret ?? setup.secret}`).toString("base64"),
        ...(body && { "content-type": call.type ?? "application/json" }),
      },
      body,
      redirect: "manual",
    });
    const text = await response.text();
    const json = (response.headers.get("content-type") ?? "").startsWith("application/json") && text ? JSON.parse(text) : text;
    keys[`key of ${call.call}`] = (json.data ?? json.rdata)?.key;
    answers.push({ status: response.status, headers: Object.fromEntries(HEADERS.map((name) => [name, response.headers.get(name)])), body: json });
  }
  return answers;
}

function* unlike(one, other, path = "") {
  const objects = [one, other].every((value) => value !== null && typeof value === "object" && !Array.isArray(value));
  if (!objects) {
    if (JSON.stringify(one) !== JSON.stringify(other)) yield path;
    return;
  }
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) yield* unlike(one[name], other[name], `${path}.${name}`);
}

const direct = await play(setup.direct);
const shim = await play(setup.shim);
let wrong = 0;
calls.forEach((call, i) => {
  const allowed = (differences[call.differs] ?? []).map((line) => line.split(":")[0]);
  const differing = [...unlike(direct[i], shim[i])];
  const unexpected = differing.filter((path) => !allowed.some((name) => [`.body.data.${name}`, `.body.rdata.${name}`].includes(path)));
  wrong += unexpected.length > 0;
  const verdict = unexpected.length ? `DIFFERENT: ${unexpected.join(", ")}` : differing.length ? `same but for ${differing.map((path) => path.split(".").pop()).join(", ")}` : "same";
  console.log(`${call.call} | ${call.method} | ${direct[i].status} | ${verdict}`);
  if (unexpected.length) console.log(`  direct: ${JSON.stringify(direct[i])}\n  shim:   ${JSON.stringify(shim[i])}`);
});
process.exit(wrong ? 1 : 0);
