/** Islands: components drawn on the server inside a mark that tells the browser what to bring to life. */
import {
  type ComponentType,
  createContext,
  h,
  isValidElement,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";

/** Where an island is exported. */
interface Island {
  readonly file: string;
  readonly name: string;
}

/** What is known while a page is drawn. */
export interface Drawing {
  readonly path: string;
  /** The address of the script of an island's file. */
  readonly scriptOf: (file: string) => string;
  /** The files of the islands drawn so far. */
  readonly files: Set<string>;
}

const islands = new Map<unknown, Island>();
/** True below an island: an island inside another needs no mark of its own. */
const Inside = createContext(false);
/** The elements that a mark already stands around. */
const marked = new WeakSet<VNode>();
let drawing: Drawing | null = null;

/** From now on every function that the module exports is drawn inside a mark. */
export function registerIslands(file: string, module: object): void {
  for (const [name, component] of Object.entries(module)) {
    if (typeof component === "function") islands.set(component, { file, name });
  }
}

/** Runs `draw`, which must not wait for anything, with islands marked and links to here made known. */
export function drawIslands<T>(now: Drawing, draw: () => T): T {
  drawing = now;
  try {
    return draw();
  } finally {
    drawing = null;
  }
}

/** Preact calls `__b` before it draws an element; the name is part of what its add-ons rely on. */
const hooks = options as typeof options & { __b?: (vnode: VNode) => void };
const previous = hooks.__b;
hooks.__b = (vnode) => {
  if (drawing) prepare(vnode, drawing);
  previous?.(vnode);
};

function prepare(vnode: VNode, now: Drawing): void {
  if (vnode.type === "a") markCurrent(vnode.props, now.path);
  const island = islands.get(vnode.type);
  if (!island || marked.has(vnode)) return;
  const component = vnode.type as ComponentType;
  vnode.type = function Marked(props: object) {
    const inside = useContext(Inside);
    const drawn = h(component, props);
    marked.add(drawn);
    return inside ? drawn : markOf(island, props, drawn, now);
  };
}

function markOf(
  { file, name }: Island,
  props: object,
  drawn: VNode,
  now: Drawing,
): VNode {
  now.files.add(file);
  const shown = name === "default" ? file : `${file} (${name})`;
  const data = {
    "data-src": now.scriptOf(file),
    "data-export": name,
    "data-props": sendProps(shown, props),
  };
  const inside = h(Inside.Provider, { value: true, children: drawn });
  return h("x-island", data, inside) as VNode;
}

/** `aria-current` is "page" on a link to this page, "true" on one to a page above it. */
function markCurrent(props: VNode["props"], path: string): void {
  const link = props as { href?: unknown; "aria-current"?: unknown };
  if (typeof link.href !== "string" || !link.href.startsWith("/")) return;
  if (link["aria-current"] !== undefined) return;
  const href = trimmed(new URL(link.href, "http://localhost").pathname);
  const here = trimmed(path);
  if (here === href) link["aria-current"] = "page";
  else if (href === "" || here.startsWith(`${href}/`)) {
    link["aria-current"] = "true";
  }
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, "");
}

/**
 * What an island is given, as JSON that the browser reads back.
 * @throws {TypeError} that names the island and the prop if the browser would not get what is given
 */
export function sendProps(island: string, props: object): string {
  for (const [name, value] of Object.entries(props)) {
    if (value !== undefined) refuseLossy(island, name, value, []);
  }
  return JSON.stringify(props);
}

/** Refuses what JSON would drop or change without a word. */
function refuseLossy(
  island: string,
  path: string,
  value: unknown,
  within: readonly unknown[],
): void {
  if (value === null || ["string", "boolean"].includes(typeof value)) return;
  if (Number.isFinite(value)) return;
  const whole = isPlain(value) && !within.includes(value);
  if (!whole) {
    throw new TypeError(
      `island ${island}: prop "${path}" is ${named(value, within)}, which ` +
        "cannot be sent to the browser; pass JSON values",
    );
  }
  const list = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !list) continue;
    const at = list ? `${path}[${key}]` : `${path}.${key}`;
    refuseLossy(island, at, item, [...within, value]);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const proto = Object.getPrototypeOf(value);
  return (proto === null || proto === Object.prototype) &&
    !isElement(value) && !("toJSON" in value);
}

/** Preact tells by an absent constructor; objects without a prototype, and signals, have none either. */
function isElement(value: object): boolean {
  return Object.hasOwn(value, "constructor") && isValidElement(value);
}

function named(value: unknown, within: readonly unknown[]): string {
  if (within.includes(value)) return "part of itself";
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if (isElement(value)) return "a JSX element";
  return `a ${value.constructor?.name ?? "signal"}`;
}
