/** Finds the view of every actor: its own `view.tsx`, or the generic one. */
import { genericView } from "./generic_view.tsx";
import type { View } from "./view.ts";

/**
 * The views of the actors called `names`, in their order on a page. A view that cannot be loaded takes
 * nothing down: its actor gets the generic view, and the reason is logged.
 */
export async function loadViews(
  actorsDir: URL,
  names: readonly string[],
): Promise<Map<string, View>> {
  const found = await Promise.all(
    names.map(async (name) => [name, await loadView(actorsDir, name)] as const),
  );
  return new Map(
    found.sort(([a, x], [b, y]) => x.order - y.order || (a < b ? -1 : 1)),
  );
}

async function loadView(actorsDir: URL, name: string): Promise<View> {
  const file = new URL(`${name}/view.tsx`, actorsDir);
  try {
    const { default: view } = await import(file.href);
    if (isView(view)) return view;
    throw new TypeError(
      `actors/${name}/view.tsx must default-export a View: see ui/view.ts`,
    );
  } catch (cause) {
    if (await exists(file)) {
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

async function exists(file: URL): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isFile;
  } catch {
    return false;
  }
}
