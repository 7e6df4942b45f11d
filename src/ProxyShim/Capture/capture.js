// ProxyShim: keeps the click that a partner link brought, in one first-party cookie, and says on sign-up whose it is. It stores and sends nothing else.
(() => {
  "use strict";
  const self = (document.currentScript || document.querySelector("script[src*='/capture.']")).src;
  const name = "proxyshim_click", clicks = new URL("clicks", self).href;
  if (window.proxyshim) return;

  const cookie = key => {
    const found = document.cookie.split("; ").find(pair => pair.startsWith(key + "="));
    try { return found && decodeURIComponent(found.slice(key.length + 1)); } catch { return undefined; }
  };
  const kept = () => { try { return JSON.parse(cookie(name)) || {}; } catch { return {}; } };

  // On the widest domain that the browser allows, so that www. and app. share it.
  const keep = click => {
    let value = encodeURIComponent(JSON.stringify(click));
    if (value.length > 3500) value = encodeURIComponent(JSON.stringify({ ...click, sub_ids: undefined }));
    const text = `${name}=${value}; Max-Age=7776000; Path=/; SameSite=Lax${location.protocol == "https:" ? "; Secure" : ""}`;
    const labels = location.hostname.split(".");
    for (let i = labels.length; i-- && !document.cookie.includes(value);) document.cookie = `${text}; Domain=${labels.slice(i).join(".")}`;
    if (!document.cookie.includes(value)) document.cookie = text;
  };

  // Where a router has tidied the address up, the navigation still has it.
  const first = (get, ...keys) => keys.map(get).find(value => value);
  const queries = [location.href, (performance.getEntriesByType("navigation")[0] || location).name || location.href].map(url => new URL(url).searchParams);
  const query = queries.find(one => one.has("ps_xid") || one.has("gsxid")) || queries[0];
  const own = kept(), xid = first(key => query.get(key), "ps_xid", "gsxid"), left = first(cookie, "ps_xid", "gsxid"), clicked_at = Date.now();
  if (xid) {
    // The same address again is the same click.
    if (xid != own.xid) keep({
      xid, clicked_at, left,
      ps_partner_key: first(key => query.get(key), "ps_partner_key", "gspk"),
      sub_ids: [...query].filter(([key, value]) => /^sid\d*$/.test(key) && value && value.length < 256)
        .sort(([a], [b]) => a.slice(3) - b.slice(3)).slice(0, 20).map(([, value]) => value),
    });
  } else if (left && left != own.xid && left != own.left) {
    // PartnerStackJS's cookies bear no time: they are newer only when they have changed since.
    keep({ xid: left, clicked_at, left, partner_key: first(cookie, "ps_partner_key", "growSumoPartnerKey") });
  }

  // SHA-256, at once: the browser's own answers later, when the page may be gone, and over https only.
  const sha256 = text => {
    const bytes = new TextEncoder().encode(text), n = bytes.length, words = new Uint32Array((n + 8 >> 6) + 1 << 4), h = [], k = [];
    bytes.forEach((byte, i) => words[i >> 2] |= byte << 24 - i % 4 * 8);
    words[n >> 2] |= 128 << 24 - n % 4 * 8;
    words[words.length - 1] = n * 8;
    const turn = (x, by) => x >>> by | x << 32 - by, part = x => x % 1 * 2 ** 32 | 0;
    for (let p = 2; k.length < 64; p++) {
      let d = 2;
      while (p % d) d++;
      if (d == p) { if (k.length < 8) h.push(part(p ** .5)); k.push(part(p ** (1 / 3))); }
    }
    for (let at = 0; at < words.length; at += 16) {
      const w = [...words.subarray(at, at + 16)], s = [...h];
      for (let t = 0; t < 64; t++) {
        if (t > 15) {
          const x = w[t - 15], y = w[t - 2];
          w[t] = (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) + w[t - 7] + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10) + w[t - 16] | 0;
        }
        const [a, b, c, , e, f, g] = s;
        const one = s.pop() + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + k[t] + w[t];
        s[3] += one;
        s.unshift(one + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c) | 0);
        s[4] |= 0;
      }
      s.forEach((x, i) => h[i] = h[i] + x | 0);
    }
    return h.map(x => (x >>> 0).toString(16).padStart(8, "0")).join("");
  };

  // True when there is a click, and it has been sent. fetch can send it without cookies; sendBeacon, for browsers whose fetch ends with the page, cannot.
  const identify = ({ customerKey, email } = {}) => {
    const { left, ...click } = kept();
    if (!click.xid || !(customerKey || email)) return false;
    const body = JSON.stringify({ ...click, customer_key: customerKey || undefined, email_sha256: email ? sha256(email.trim().toLowerCase()) : undefined });
    if ("keepalive" in Request.prototype) fetch(clicks, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
    else navigator.sendBeacon(clicks, body);
    return true;
  };

  window.proxyshim = { identify };
  addEventListener("submit", ({ target: form }) => {
    const field = form.getAttribute("data-proxyshim-identify");
    if (field !== null) identify({
      email: (form.elements[field || "email"] || form.querySelector("[type=email]") || {}).value,
      customerKey: (form.elements.customer_key || {}).value,
    });
  }, true);
})();
