// Numbers and times as a person reads them; a number and its unit stay on one line. Times are local; their <time> elements have them in UTC.

const numbers = new Intl.NumberFormat("en-GB");
const clocks = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export const number = value => numbers.format(value);

export const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;

export const percent = (part, whole) => `${(100 * part / whole).toFixed(part === whole || part === 0 ? 0 : 1)}\u00a0%`;

export const clock = date => clocks.format(date);

export const minute = date => minutes.format(date);

export const moment = (date, now) => days.format(date) === days.format(now) ? clock(date) : `${days.format(date)}, ${clock(date)}`;

export function milliseconds(value) {
  return value < 10 ? `${value.toFixed(1)}\u00a0ms` : value < 1000 ? `${value.toFixed(0)}\u00a0ms` : `${(value / 1000).toFixed(value < 10_000 ? 2 : 0)}\u00a0s`;
}

// The two largest units: 14 s, 3 min 20 s, 2 h 5 min, 3 d 4 h.
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const units = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) {
    return "0\u00a0s";
  }

  const [size, name] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  return `${Math.floor(whole / size)}\u00a0${name}${rest > 0 ? ` ${rest}\u00a0${next[1]}` : ""}`;
}

export const ago = (date, now) => `${duration((now - date) / 1000)} ago`;
