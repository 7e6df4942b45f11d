// Plays the zoo's calls with one of Node's libraries: calls.mjs LIBRARY SCRIPT BASE AUTH OUT.
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import Module, { createRequire } from "node:module";

// Where Debian's packages are, whichever Node it is that runs.
process.env.NODE_PATH = "/usr/share/nodejs";
Module._initPaths();
const require = createRequire(import.meta.url);

const [library, script, base, auth, out] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: library === "agent", maxSockets: 1 });

const play = {
  async fetch(method, url, headers, body) {
    const answer = await fetch(url, { method, headers, body });
    return [answer.status, Buffer.from(await answer.arrayBuffer())];
  },
  async axios(method, url, headers, data) {
    const answer = await require("axios").request({ method, url, headers, data, responseType: "arraybuffer", validateStatus: () => true });
    return [answer.status, Buffer.from(answer.data)];
  },
  async undici(method, url, headers, body) {
    const answer = await require("undici").request(url, { method, headers, body });
    return [answer.statusCode, Buffer.from(await answer.body.arrayBuffer())];
  },
  http(method, url, headers, body) {
    return new Promise((resolve, reject) => {
      const request = http.request(url, { method, headers, agent }, async (answer) => {
        const pieces = [];
        for await (const piece of answer) pieces.push(piece);
        resolve([answer.statusCode, Buffer.concat(pieces)]);
      });
      request.on("error", reject);
      request.end(body);
    });
  },
};
play.agent = play.http;

for (const [number, line] of readFileSync(script, "utf8").trimEnd().split("\n").entries()) {
  const [method, path, file] = line.split("\t");
  const body = file === "-" ? undefined : readFileSync(file);
  const [status, answer] = await play[library](
    method, base + path, { Authorization: `Basic ${auth}`, ...(body ? { "Content-Type": "application/json" } : {}) }, body);
  writeFileSync(`${out}/${number}`, answer);
  console.log(status);
}
