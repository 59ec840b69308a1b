/** A symbol's page: a panel for each actor, with what every actor has around it. */
import type { VNode } from "preact";
import { readableLatest, type Services } from "../host/services.ts";
import { messageOf } from "../ui/client.ts";
import { Card } from "../ui/parts.tsx";
import { Time } from "../ui/Time.tsx";
import type { View } from "../ui/view.ts";
import { drawPanel } from "../ui/views.tsx";

const day = 86_400_000;

/** The ranges of time that a chart offers. */
const ranges = [
  { name: "1d", label: "1D", ms: day },
  { name: "5d", label: "5D", ms: 7 * day },
  { name: "1m", label: "1M", ms: 31 * day },
  { name: "all", label: "All", ms: null },
] as const;

type Range = (typeof ranges)[number];

/** Enough for a month of prices by the minute; a chart thins them out. */
const mostInRange = 12_000;
const mostRows = 500;

/** The page waits no longer for an actor's history: that panel then says so, and the others are drawn. */
const patienceMs = 2_500;

type Source = Pick<Services, "catalog" | "values">;

/** True if it is watched. One that was removed keeps its page while there is something on it. */
export async function isKnown(
  { catalog, values, watching }: Source & Pick<Services, "watching">,
  symbol: string,
): Promise<boolean> {
  const entries = await watching.list();
  if (entries.some((entry) => entry.symbol === symbol)) return true;
  const found = await Promise.all(
    [...catalog.actors.keys()].map((actor) =>
      readableLatest(values, actor, [symbol])
    ),
  );
  return found.some((latest) => latest.has(symbol));
}

/** By actor, in the order of the views. */
export async function symbolPanels(
  services: Source,
  symbol: string,
  range: Range,
): Promise<Record<string, VNode>> {
  const panels = await Promise.all(
    [...services.catalog.views].map(async ([actor, view]) => [
      actor,
      await symbolPanel(services, actor, view, symbol, range),
    ]),
  );
  return Object.fromEntries(panels);
}

async function symbolPanel(
  { catalog, values }: Source,
  actor: string,
  view: View,
  symbol: string,
  range: Range,
): Promise<VNode> {
  const cached = (await readableLatest(values, actor, [symbol])).get(symbol);
  const from = cached && view.ranged ? startOf(range, cached.at) : undefined;
  const limit = view.ranged ? mostInRange : mostRows;
  const query = { symbol, limit, ...from ? { from } : {} };
  /** Or why they cannot be read. */
  const rows = await values.history(actor, query, patienceMs).catch(messageOf);
  const csv = new URLSearchParams({ symbol, format: "csv" });
  const latest = cached ?? (typeof rows === "string" ? undefined : rows.at(-1));
  return (
    <Card
      id={`title-${actor}`}
      title={catalog.actors.get(actor)?.title ?? view.heading}
      aside={view.ranged && <RangeLinks chosen={range} />}
    >
      {typeof rows === "string"
        ? <p class="notice bad">Its history cannot be read now: {rows}</p>
        : latest
        ? <Drawn html={drawPanel(view, { symbol, rows })} />
        : <p class="empty">Waiting for the first data…</p>}
      <footer class="card-foot small">
        {latest && (
          <span>
            Newest value <Time at={latest.at} as="age" />
          </span>
        )}
        <a href={`/api/signals/${actor}/history?${csv}`} download>
          Download as CSV
        </a>
      </footer>
    </Card>
  );
}

/** What drawPanel drew, that is Preact, which escaped all text in it. */
function Drawn({ html }: { html: string }) {
  // deno-lint-ignore react-no-danger
  return <div class="drawn" dangerouslySetInnerHTML={{ __html: html }} />;
}

function RangeLinks({ chosen }: { chosen: Range }) {
  return (
    <nav class="ranges" aria-label="Range of the chart">
      {ranges.map(({ name, label }) => (
        <a
          key={name}
          id={`range-${name}`}
          href={`?range=${name}`}
          aria-current={name === chosen.name ? "true" : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}

/** The range of that name; the first one for a name that there is not. */
export function rangeOf(name: string | null): Range {
  return ranges.find((range) => range.name === name) ?? ranges[0];
}

/**
 * Where the range starts, counted back from the newest value: on a Sunday the last day is Friday.
 * Undefined for "all".
 */
export function startOf(range: Range, newest: string): string | undefined {
  if (range.ms === null) return undefined;
  return new Date(Date.parse(newest) - range.ms).toISOString();
}
