// What can become of a legacy request, in the order of the chart, from the bottom up. An outcome that is not here is shown last, as it is named.

const Known = ["converted", "queued", "held", "duplicate", "fallback", "shadowed", "passthrough", "rejected", "unauthorized", "aborted", "unavailable"];

export const inOrder = counts => [...Known.filter(name => name in counts), ...Object.keys(counts).filter(name => !Known.includes(name)).sort()];

export const shade = name => Known.includes(name) ? `o-${name}` : "o-other";

export const total = counts => Object.values(counts).reduce((sum, value) => sum + value, 0);
