/** The views of actors, on the server: loads them, and draws cells and panels; nobody else calls a view. */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Value } from "../engine/actor.ts";
import { DataTable } from "./DataTable.tsx";
import { countText } from "./numbers.ts";
import { shortText } from "./payload.ts";
import { heading, SafeLink } from "./parts.tsx";
import type { DrawnCell, PanelProps, View, ViewColumn } from "./view.ts";

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
  const { order, recent, heading, columns, panel } = value as View;
  return Number.isFinite(order) && Number.isInteger(recent) &&
    typeof heading === "string" &&
    Array.isArray(columns) && columns.length > 0 && columns.every(isColumn) &&
    typeof panel === "function";
}

function isColumn({ name, heading, text }: ViewColumn): boolean {
  return typeof name === "string" && typeof heading === "string" &&
    typeof text === "function";
}

/**
 * The cells of a value, one for each column of its view. A column that throws loses its own cell to the
 * value's fields and nothing else.
 * @param recent null to leave out what is drawn: words are enough
 */
export function drawCells(
  view: View,
  latest: Value,
  recent: readonly Value[] | null,
): DrawnCell[] {
  return view.columns.map((column) => {
    try {
      const key = column.key?.(latest);
      const trend = column.trend?.(latest);
      const same = column.same?.(latest);
      const html = recent && column.cell &&
        drawn(() => column.cell!({ latest, recent }));
      return {
        text: column.text(latest),
        ...typeof html === "string" && { html },
        ...isKey(key) && { key },
        ...same && { same },
        ...trend && { trend },
      };
    } catch (cause) {
      console.error(`the cell "${column.heading}" cannot be drawn:`, cause);
      return { text: fieldsText(latest) };
    }
  });
}

function isKey(key: unknown): key is number | string {
  return typeof key === "string" || Number.isFinite(key);
}

/** The panel of a symbol's page as HTML, escaped; under the same promise as `drawCells`. */
export function drawPanel(view: View, props: PanelProps): string {
  try {
    return drawn(() => view.panel(props));
  } catch (cause) {
    console.error(`the panel "${view.heading}" cannot be drawn:`, cause);
    return drawn(() => genericView(view.heading).panel(props));
  }
}

/** A function component, so that a throw of the view is a throw of the rendering. */
function drawn(call: () => ComponentChildren): string {
  const Drawn = () => <>{call()}</>;
  return renderToString(<Drawn />);
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
    columns: [{ name: "value", heading: heading(name), text: fieldsText }],
    panel: ({ actor, rows }) => <Rows actor={actor} rows={rows} />,
  };
}

/** `Days to cover 2.5 · Shares 1,200` */
function fieldsText(value: Value): string {
  return ownFields(value).slice(0, cellFields)
    .map((field) => `${heading(field)} ${fieldText(value[field])}`)
    .join(" · ");
}

function Rows(
  { actor, rows }: { actor: string; rows: readonly Value[] },
) {
  const newest = rows.slice(-50).reverse();
  const fields = [...new Set(newest.flatMap(ownFields))].slice(0, rowFields);
  return (
    <DataTable
      actor={actor}
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
  if (typeof value !== "string") return <>{fieldText(value)}</>;
  return <SafeLink href={value}>{fieldText(value)}</SafeLink>;
}

function fieldText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return countText(value);
  return shortText(value);
}
