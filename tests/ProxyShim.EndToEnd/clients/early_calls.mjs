// A legacy app that charges as soon as it has signed somebody up: sign-up, change, two payments, a refund, an action, one after the other.
//
//   node early_calls.mjs '{"base": "http://…", "public": "pk", "secret": "sk", "customer": "…"}'
//
// Prints a line per call. Exit code 1: a call was not answered with success.
const setup = JSON.parse(process.argv[2]);
const authorization = "Basic " + Buffer.from(`${setup.public}:${setup.secret}`).toString("base64");
const customer_key = setup.customer;

const calls = [
  ["POST", "/api/v2/customers", { customer_key, email: `${customer_key}@example.com`, partner_key: "partner", name: "Ann" }],
  ["PATCH", `/api/v2/customers/${encodeURIComponent(customer_key)}`, { name: "Ann Smith", meta: { plan: "pro" } }],
  ["POST", "/api/v2/transactions", { customer_key, amount: 4900, currency: "USD" }],
  ["POST", "/api/v2/transactions", { customer_key, amount: 1000, currency: "USD" }],
  ["POST", "/api/v2/transactions", { customer_key, amount: -1000, currency: "USD" }],
  ["POST", "/api/v2/actions", { type: "invited", value: 1, target_type: "customer", target_key: customer_key }],
];

let failed = false;
for (const [method, path, body] of calls) {
  const response = await fetch(setup.base + path, { method, headers: { authorization, "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  console.log(`${method} ${path} ${response.status} ${response.headers.get("x-proxyshim-outcome")}`);
  failed ||= response.status !== 200 || answer.status !== 200 || typeof answer.data !== "object";
}
process.exit(failed ? 1 : 0);
