/** The view of an actor that brings none: its fields by name. */
import type { HistoryRow, LatestValue } from "../engine/actor.ts";
import { DataTable } from "./DataTable.tsx";
import { SafeLink } from "./SafeLink.tsx";
import type { View } from "./view.ts";

/** Enough to recognise a value by; the symbol's page shows every field. */
const cellFields = 3;

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
export function heading(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Fields({ value }: { value: LatestValue }) {
  const fields = ownFields(value).slice(0, cellFields);
  return (
    <dl class="fields">
      {fields.map((field) => (
        <div key={field}>
          <dt>{heading(field)}</dt>
          <dd>
            <Value value={value[field]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ rows }: { rows: readonly HistoryRow[] }) {
  const newest = rows.slice(-50).reverse();
  const fields = [...new Set(newest.flatMap(ownFields))];
  return (
    <DataTable
      caption="The newest values"
      rows={newest}
      columns={fields.map((field) => ({
        heading: heading(field),
        numeric: newest.every((row) => typeof row[field] === "number"),
        cell: (row) => <Value value={row[field]} />,
      }))}
    />
  );
}

function ownFields(value: LatestValue): string[] {
  return Object.keys(value).filter((key) => key !== "symbol" && key !== "at");
}

function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <>–</>;
  if (typeof value === "number") return <>{value.toLocaleString("en-US")}</>;
  if (typeof value !== "string") return <>{JSON.stringify(value)}</>;
  return <SafeLink href={value} fallback={value}>{value}</SafeLink>;
}
