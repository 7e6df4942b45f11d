// The admin API. The token is typed once and lives in this tab's session storage, nowhere else.

const Key = "proxyshim.management-token";
const Patience = 5000;

export const token = {
  get: () => sessionStorage.getItem(Key),
  set: value => sessionStorage.setItem(Key, value),
  forget: () => sessionStorage.removeItem(Key),
};

// The shim answered that this token opens nothing.
export class Refused extends Error { }

// Nobody answered.
export class Lost extends Error { }

// The shim answered, but not with what was asked for.
export class Failed extends Error { }

// Answers { ok, status, body }; relative, so that the page works behind a path of a proxy too.
export async function call(path, { method = "GET", body: sent, signal } = {}) {
  let response;
  let text;
  try {
    response = await fetch(new URL(`admin/${path}`, document.baseURI), {
      method,
      body: sent === undefined ? undefined : JSON.stringify(sent),
      headers: { Authorization: `Bearer ${bytes(token.get())}` },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.any([AbortSignal.timeout(Patience), ...(signal ? [signal] : [])]),
    });
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Lost("The shim does not answer.", { cause: error });
  }

  const body = read(text);
  if (response.status === 401) {
    throw new Refused(body?.error ?? "The shim refuses the token.");
  }

  return { ok: response.ok, status: response.status, body, error: body?.error ?? `The shim answered ${response.status}.` };
}

// A header holds bytes; whatever a person typed goes as UTF-8.
const bytes = text => String.fromCharCode(...new TextEncoder().encode(text));

function read(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
