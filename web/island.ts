/** Islands: components drawn on the server inside a mark that tells the browser what to bring to life. */
import {
  type ComponentType,
  createContext,
  h,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { sendProps } from "./island_props.ts";

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
  vnode.type = markedComponent(vnode.type as ComponentType, island, now);
}

function markedComponent(
  component: ComponentType,
  island: Island,
  now: Drawing,
): ComponentType {
  return function Marked(props) {
    const inside = useContext(Inside);
    const drawn = h(component, props);
    marked.add(drawn);
    return inside ? drawn : markOf(island, props, drawn, now);
  };
}

function markOf(
  island: Island,
  props: object,
  drawn: VNode,
  now: Drawing,
): VNode {
  now.files.add(island.file);
  const data = {
    "data-src": now.scriptOf(island.file),
    "data-export": island.name,
    "data-props": sendProps(nameOf(island), props),
  };
  const inside = h(Inside.Provider, { value: true, children: drawn });
  return h("x-island", data, inside) as VNode;
}

function nameOf({ file, name }: Island): string {
  return name === "default" ? file : `${file} (${name})`;
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
