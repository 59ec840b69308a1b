/** Data of others as text that a page can hold, however deep or long it is. */

const most = {
  parsed: 200_000,
  depth: 8,
  items: 200,
  text: 2_000,
  all: 20_000,
};

/** JSON with its lines, as deep and long as is readable; anything else as it came. */
export function payloadText(data: string): string {
  if (data.length > most.parsed) return cut(data, most.all);
  try {
    return cut(JSON.stringify(bounded(JSON.parse(data), 0), null, 2), most.all);
  } catch {
    return cut(data, most.all); // no JSON, or nested too deep to be read
  }
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(value, most.text);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= most.depth) return "… (nested deeper)";
  if (Array.isArray(value)) {
    const items = value.slice(0, most.items)
      .map((item) => bounded(item, depth + 1));
    const left = value.length - items.length;
    return left ? [...items, `… (${left} more)`] : items;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, most.items)
    .map(([name, item]) => [name, bounded(item, depth + 1)] as const);
  const left = entries.length - kept.length;
  return Object.fromEntries(left ? [...kept, ["…", `${left} more`]] : kept);
}

function cut(text: string, length: number): string {
  const left = text.length - length;
  return left > 0
    ? `${text.slice(0, length)}… (${left} more characters)`
    : text;
}
