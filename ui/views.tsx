/** The views of actors, on the server: loads them, and draws cells and panels; nobody else calls a view. */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Value } from "../engine/actor.ts";
import { DataTable } from "./DataTable.tsx";
import { shortText } from "./payload.ts";
import { Figures, heading, SafeLink } from "./parts.tsx";
import type { CellProps, PanelProps, View } from "./view.ts";

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

/**
 * The HTML of one cell. Everything in it is escaped, because Preact made it. A view that throws
 * loses its own cell to the generic view and nothing else.
 */
export function drawCell(view: View, props: CellProps): string {
  return draw(view, "cell", (drawn) => drawn.cell(props));
}

/** The panel of a symbol's page as HTML, under the same promise as `drawCell`. */
export function drawPanel(view: View, props: PanelProps): string {
  return draw(view, "panel", (drawn) => drawn.panel(props));
}

function draw(
  view: View,
  part: "cell" | "panel",
  call: (view: View) => ComponentChildren,
): string {
  // A function component, so that a throw of the view is a throw of the rendering.
  const Drawn = ({ of }: { of: View }) => call(of);
  try {
    return renderToString(<Drawn of={view} />);
  } catch (cause) {
    console.error(`the ${part} "${view.heading}" cannot be drawn:`, cause);
    return renderToString(<Drawn of={genericView(view.heading)} />);
  }
}

/** Enough to recognise a value by; the symbol's page shows every field. */
const cellFields = 3;
const rowFields = 30;

/** The view of an actor that brings none: its fields by name. */
export function genericView(name: string): View {
  return {
    order: 100,
    recent: 0,
    heading: heading(name),
    cell: ({ latest }) => <Fields value={latest} />,
    panel: ({ rows }) => <Rows rows={rows} />,
  };
}

function Fields({ value }: { value: Value }) {
  const fields = ownFields(value).slice(0, cellFields).map((field) => [
    heading(field),
    <Field key={field} value={value[field]} />,
  ]);
  return <Figures class="fields" of={Object.fromEntries(fields)} />;
}

function Rows({ rows }: { rows: readonly Value[] }) {
  const newest = rows.slice(-50).reverse();
  const fields = [...new Set(newest.flatMap(ownFields))].slice(0, rowFields);
  return (
    <DataTable
      caption="The newest values"
      rows={newest}
      columns={fields.map((field) => ({
        heading: heading(field),
        numeric: newest.every((row) => typeof row[field] === "number"),
        cell: (row) => <Field value={row[field]} />,
      }))}
    />
  );
}

function ownFields(value: Value): string[] {
  return Object.keys(value).filter((key) => key !== "symbol" && key !== "at");
}

function Field({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <>–</>;
  if (typeof value === "number") return <>{value.toLocaleString("en-US")}</>;
  if (typeof value !== "string") return <>{shortText(value)}</>;
  return <SafeLink href={value}>{shortText(value)}</SafeLink>;
}
