/** `<Head>`: what a page adds to the document's head, wherever in the page it stands. */
import type { ComponentChildren } from "preact";

let collected: ComponentChildren[] | null = null;

/** Its children are drawn into the document's head; in the browser it draws nothing. */
export function Head(props: { children?: ComponentChildren }): null {
  collected?.push(props.children);
  return null;
}

/** Runs `draw` and returns, beside its result, the children of every `<Head>` drawn meanwhile. */
export function collectHead<T>(draw: () => T): [T, ComponentChildren[]] {
  const mine: ComponentChildren[] = [];
  collected = mine;
  try {
    return [draw(), mine];
  } finally {
    collected = null;
  }
}
