/** Draws cells and panels on the server: the only place where views are called. */
import type { ComponentChild } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Value } from "../engine/actor.ts";
import { Figures } from "./Card.tsx";
import { DataTable } from "./DataTable.tsx";
import { SafeLink } from "./SafeLink.tsx";
import type { View } from "./view.ts";

/**
 * The HTML of one cell. Everything in it is escaped, because Preact made it. A view that throws
 * loses its own cell to the generic view and nothing else.
 */
export function drawCell(
  view: View,
  latest: Value,
  recent: readonly Value[],
): string {
  return draw(view, "cell", (drawn) => drawn.cell({ latest, recent }));
}

/** The panel of a symbol's page as HTML, under the same promise as `drawCell`. */
export function drawPanel(
  view: View,
  symbol: string,
  rows: readonly Value[],
): string {
  return draw(view, "panel", (drawn) => drawn.panel({ symbol, rows }));
}

function draw(
  view: View,
  part: "cell" | "panel",
  call: (view: View) => unknown,
): string {
  // A function component, so that a throw of the view is a throw of the rendering.
  const Drawn = ({ of }: { of: View }) => call(of) as ComponentChild;
  try {
    return renderToString(<Drawn of={view} />);
  } catch (cause) {
    console.error(`the ${part} "${view.heading}" cannot be drawn:`, cause);
    return renderToString(<Drawn of={genericView(view.heading)} />);
  }
}

/** Enough to recognise a value by; the symbol's page shows every field. */
const cellFields = 3;

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

/** `short-interest` is `Short interest`. */
function heading(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
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
  const fields = [...new Set(newest.flatMap(ownFields))];
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
  if (typeof value !== "string") return <>{JSON.stringify(value)}</>;
  return <SafeLink href={value} fallback={value}>{value}</SafeLink>;
}
