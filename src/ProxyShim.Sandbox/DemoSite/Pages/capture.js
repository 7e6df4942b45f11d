"use strict";

// Stands in for the shim's own GET /capture.js, by the same names, until the shim serves it.
(() => {
  const cookie = "proxyshim_click";
  const clicks = new URL("clicks", document.currentScript.src);
  const query = new URLSearchParams(location.search);
  const xid = query.get("ps_xid") ?? query.get("gsxid");
  if (xid) {
    const click = {
      xid,
      partner_key: query.get("ps_partner_key") ?? query.get("gspk"),
      sub_ids: [...query].filter(([name]) => /^sid\d*$/.test(name)).map(([, value]) => value),
      clicked_at: Date.now(),
    };
    document.cookie = `${cookie}=${encodeURIComponent(JSON.stringify(click))}; Max-Age=${90 * 24 * 3600}; Path=/; SameSite=Lax`;
  }

  const kept = () => document.cookie.split("; ").find(pair => pair.startsWith(`${cookie}=`))?.slice(cookie.length + 1);

  async function hash(email) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(email.trim().toLowerCase()));
    return [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");
  }

  async function identify({ customerKey, email }) {
    const click = kept();
    if (click) {
      const who = customerKey ? { customer_key: customerKey } : { email_sha256: await hash(email) };
      await fetch(clicks, { method: "POST", keepalive: true, body: JSON.stringify({ ...JSON.parse(decodeURIComponent(click)), ...who }) });
    }
  }

  window.proxyshim = { identify };
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.hasAttribute("data-proxyshim-identify")) {
      event.preventDefault();
      identify({ email: form.elements.email.value }).catch(() => {}).then(() => form.submit());
    }
  });
})();
