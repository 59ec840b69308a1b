/** One signal on a symbol's page: its view's panel, with what every signal has around it. */
import type { LatestValue } from "../../engine/actor.ts";
import { drawPanel } from "../../ui/draw.tsx";
import { type Range, ranges } from "./ranges.ts";
import { Time } from "../../ui/Time.tsx";
import type { View } from "../../ui/view.ts";

interface Props {
  signal: string;
  title: string;
  symbol: string;
  view: View;
  latest: LatestValue | undefined;
  rows: readonly LatestValue[];
  range: Range;
}

export function SymbolPanel(props: Props) {
  const { signal, title, symbol, view, latest, rows, range } = props;
  const panel = { __html: drawPanel(view, symbol, rows) };
  return (
    <section class="card" aria-labelledby={`title-${signal}`}>
      <header class="card-head">
        <h2 id={`title-${signal}`}>{title}</h2>
        {view.ranged && <RangeLinks chosen={range} />}
      </header>
      {latest
        // Drawn by drawPanel, that is by Preact, which escaped all text in it.
        // deno-lint-ignore react-no-danger
        ? <div class="drawn" dangerouslySetInnerHTML={panel} />
        : <p class="empty">Waiting for the first data…</p>}
      <footer class="card-foot small">
        {latest && (
          <span>
            Newest value <Time at={latest.at} as="age" />
          </span>
        )}
        <a href={csvAddress(signal, symbol)} download>Download as CSV</a>
      </footer>
    </section>
  );
}

function csvAddress(signal: string, symbol: string): string {
  const query = new URLSearchParams({ symbol, format: "csv" });
  return `/api/signals/${encodeURIComponent(signal)}/history?${query}`;
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
