"""A site with a sign-up and nothing else, on port 8080. At the sign-up it writes the visitor's click to Redis (CLICKS=HOST:PORT), and reports the customer to
PartnerStack's Customer API (PARTNERSTACK_BASE_URL) as an app does that knows nothing of ProxyShim."""
import base64
import html
import http.cookies
import http.server
import json
import os
import socket
import urllib.error
import urllib.parse
import urllib.request

LINK = "/?ps_xid=xid_ada&ps_partner_key=bG92ZWxhY2U="
PAGE = """<!doctype html><meta charset="utf-8"><title>Demo site</title>
<p><a href="{link}">A partner's link</a> brings you here with a click id: <b>{xid}</b></p>
<form method="post" action="/sign-up"><input name="customer" value="ada"> <button>Sign up</button></form><pre>{answer}</pre>"""


def write_click(customer, xid):
    host, port = os.environ["CLICKS"].rsplit(":", 1)
    words = [b"SET", f"click:{customer}".encode(), xid.encode()]
    with socket.create_connection((host, int(port)), timeout=5) as redis:
        redis.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        if redis.recv(100) != b"+OK\r\n":
            raise OSError("Redis did not take the click")


def report(customer):
    """The one call to PartnerStack. Returns what to show of its answer."""
    pair = f"{os.environ['PARTNERSTACK_PUBLIC_KEY']}:{os.environ['PARTNERSTACK_SECRET_KEY']}"
    body = {"customer_key": customer, "email": f"{customer}@example.com", "partner_key": "lovelace"}
    request = urllib.request.Request(
        os.environ["PARTNERSTACK_BASE_URL"] + "/customers", json.dumps(body).encode(),
        {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "Content-Type": "application/json"})
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return f"{answer.status} {answer.headers.get('X-ProxyShim-Outcome') or 'from the Customer API itself'}\n{answer.read().decode()}\n"


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.show(query.get("ps_xid", [None])[0] or self.click())

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
        customer, xid = form["customer"][0], form.get("xid", [None])[0] or self.click()
        if xid:
            write_click(customer, xid)
        self.show(xid, report(customer))

    def click(self):
        cookie = http.cookies.SimpleCookie(self.headers.get("Cookie", "")).get("xid")
        return cookie.value if cookie else None

    def show(self, xid, answer=""):
        browser = "text/html" in self.headers.get("Accept", "")
        self.send_response(200)
        if xid:
            cookie = http.cookies.SimpleCookie()
            cookie["xid"] = xid
            self.send_header("Set-Cookie", cookie["xid"].OutputString() + "; HttpOnly; SameSite=Lax")
        self.send_header("Content-Type", "text/html; charset=utf-8" if browser else "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write((PAGE.format(link=LINK, xid=html.escape(xid or "none"), answer=html.escape(answer)) if browser else answer).encode())


http.server.ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Site).serve_forever()
