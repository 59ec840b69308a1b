/** Finds the view of an actor: its own `view.tsx`, or the generic one. */
import { genericView } from "./draw.tsx";
import type { View } from "./view.ts";

/** The views of the actors called `names`, in their order on a page. */
export async function loadViews(
  folder: URL,
  names: readonly string[],
): Promise<Map<string, View>> {
  const found = await Promise.all(
    names.map(async (name) => [name, await loadView(folder, name)] as const),
  );
  return new Map(found.sort(byOrder));
}

/** Sorts views, each with the name of its actor, as pages show them: by `order`, then by name. */
export function byOrder(
  [a, x]: readonly [name: string, view: View],
  [b, y]: readonly [name: string, view: View],
): number {
  return x.order - y.order || (a < b ? -1 : 1);
}

/**
 * The view of `<folder>/<name>/`. One that cannot be loaded takes nothing down: its actor gets the
 * generic view, and the reason is logged.
 */
export async function loadView(folder: URL, name: string): Promise<View> {
  const file = new URL(`${name}/view.tsx`, folder);
  try {
    const { default: view } = await import(file.href);
    if (isView(view)) return view;
    throw new TypeError(
      `actors/${name}/view.tsx must default-export a View: see ui/view.ts`,
    );
  } catch (cause) {
    if (await Deno.stat(file).then(() => true, () => false)) {
      console.error(`the view of "${name}" is replaced by a table:`, cause);
    }
    return genericView(name);
  }
}

function isView(value: unknown): value is View {
  if (typeof value !== "object" || value === null) return false;
  const { order, recent, heading, cell, panel } = value as View;
  return Number.isFinite(order) && Number.isInteger(recent) &&
    typeof heading === "string" && typeof cell === "function" &&
    typeof panel === "function";
}
