/** What the import map calls "fresh/runtime": for pages and islands, on the server and in the browser. */
import type { ComponentChildren } from "preact";

/** True in the browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

let addressOf = (path: string): string => path;
let collected: ComponentChildren[] | null = null;

/**
 * The address of `static/<path>` that changes with the contents and may be cached for good. `path`
 * starts with "/"; anything else (an address with a host, `data:`) is returned as it is.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  return IS_BROWSER ? folderOf(import.meta.url) + path : addressOf(path);
}

/** Scripts and static files stand in one folder, `/_/<version>`; a script is told its own address. */
function folderOf(script: string): string {
  return new URL(script).pathname.split("/", 3).join("/");
}

/** For the layer alone: from now on `asset` asks the application. Without one, paths stay as they are. */
export function setAddresses(address: (path: string) => string): void {
  addressOf = address;
}

/** What a page adds to the document's head, wherever in the page it stands; nothing in the browser. */
export function Head(props: { children?: ComponentChildren }): null {
  collected?.push(props.children);
  return null;
}

/** For the layer alone: runs `draw` and returns, beside its result, what every `<Head>` held meanwhile. */
export function collectHead<T>(draw: () => T): [T, ComponentChildren[]] {
  const mine: ComponentChildren[] = [];
  collected = mine;
  try {
    return [draw(), mine];
  } finally {
    collected = null;
  }
}

/** Ends a request with a status: thrown by handlers, answered by middleware or an error page. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly status: number,
    message?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
