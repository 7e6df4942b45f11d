"""A Customer API client for Python, with requests: plays calls.json straight at the Customer API and through the shim, and compares.

  python3 customer_api.py '{"direct": "http://…", "shim": "http://…", "public": "pk", "secret": "sk", "keys": {"converted": "…", …}}'

Prints a line per call. Exit code 1: an answer differs where calls.json does not say that it may.
"""
import json
import pathlib
import re
import sys
from urllib.parse import quote

import requests

SCRIPT = json.loads(pathlib.Path(__file__).with_name("calls.json").read_text("utf-8"))
SETUP = json.loads(sys.argv[1])
HEADERS = ["content-type", "allow", "www-authenticate", "retry-after", "location"]


def play(base):
    keys = dict(SETUP["keys"])

    def fill(text, encode):
        return re.sub(r'\{([a-z][^{}"]*)\}', lambda match: encode(keys[match[1]]), text)

    def in_json(key):
        return json.dumps(key)[1:-1]

    answers = []
    with requests.Session() as session:
        for call in SCRIPT["calls"]:
            body = fill(json.dumps(call["body"]), in_json) if "body" in call else fill(call["text"], in_json) if "text" in call else None
            answer = session.request(
                call["method"],
                base + fill(call["path"], lambda key: quote(key, safe="")),
                auth=(SETUP["public"], call.get("secret", SETUP["secret"])),
                headers={"content-type": call.get("type", "application/json")} if body else {},
                data=body,
                allow_redirects=False,
                timeout=60,
            )
            parsed = answer.json() if answer.headers.get("content-type", "").startswith("application/json") and answer.content else answer.text
            if isinstance(parsed, dict):
                keys[f"key of {call['call']}"] = (parsed.get("data") or parsed.get("rdata") or {}).get("key")
            answers.append({"status": answer.status_code, "headers": {name: answer.headers.get(name) for name in HEADERS}, "body": parsed})
    return answers


def unlike(one, other, path=""):
    if not (isinstance(one, dict) and isinstance(other, dict)):
        if one != other:
            yield path
        return
    for name in {**one, **other}:
        yield from unlike(one.get(name), other.get(name), f"{path}.{name}")


def main():
    direct, shim = play(SETUP["direct"]), play(SETUP["shim"])
    wrong = 0
    for call, one, other in zip(SCRIPT["calls"], direct, shim):
        allowed = [line.split(":")[0] for line in SCRIPT["differences"].get(call.get("differs"), [])]
        differing = list(unlike(one, other))
        unexpected = [path for path in differing if path not in [f".body.{data}.{name}" for data in ("data", "rdata") for name in allowed]]
        wrong += bool(unexpected)
        verdict = (
            f"DIFFERENT: {', '.join(unexpected)}" if unexpected
            else f"same but for {', '.join(path.split('.')[-1] for path in differing)}" if differing
            else "same"
        )
        print(f"{call['call']} | {call['method']} | {one['status']} | {verdict}")
        if unexpected:
            print(f"  direct: {json.dumps(one)}\n  shim:   {json.dumps(other)}")
    return 1 if wrong else 0


sys.exit(main())
