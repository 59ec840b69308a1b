/** One actor on a symbol's page: its view's panel, with what every actor has around it. */
import type { Value } from "../../engine/actor.ts";
import { Card } from "../../ui/parts.tsx";
import { drawPanel } from "../../ui/views.tsx";
import { Time } from "../../ui/Time.tsx";
import type { View } from "../../ui/view.ts";

const day = 86_400_000;

/** The ranges of time that a chart offers. */
export const ranges = [
  { name: "1d", label: "1D", ms: day },
  { name: "5d", label: "5D", ms: 7 * day },
  { name: "1m", label: "1M", ms: 31 * day },
  { name: "all", label: "All", ms: null },
] as const;

export type Range = (typeof ranges)[number];

interface Props {
  actor: string;
  title: string;
  symbol: string;
  view: View;
  /** The newest value, if there is one. */
  latest: Value | undefined;
  /** Its history, or why it cannot be read. */
  rows: readonly Value[] | Error;
  range: Range;
}

export function SymbolPanel(props: Props) {
  const { actor, title, symbol, view, latest, range } = props;
  const links = view.ranged && <RangeLinks chosen={range} />;
  return (
    <Card id={`title-${actor}`} title={title} aside={links}>
      <Body {...props} />
      <footer class="card-foot small">
        {latest && (
          <span>
            Newest value <Time at={latest.at} as="age" />
          </span>
        )}
        <a href={csvAddress(actor, symbol)} download>Download as CSV</a>
      </footer>
    </Card>
  );
}

function Body({ symbol, view, latest, rows }: Props) {
  if (rows instanceof Error) {
    return (
      <p class="notice bad">Its history cannot be read now: {rows.message}</p>
    );
  }
  if (!latest) return <p class="empty">Waiting for the first data…</p>;
  // Drawn by drawPanel, that is by Preact, which escaped all text in it.
  const drawn = { __html: drawPanel(view, symbol, rows) };
  // deno-lint-ignore react-no-danger
  return <div class="drawn" dangerouslySetInnerHTML={drawn} />;
}

function csvAddress(actor: string, symbol: string): string {
  const query = new URLSearchParams({ symbol, format: "csv" });
  return `/api/signals/${encodeURIComponent(actor)}/history?${query}`;
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
