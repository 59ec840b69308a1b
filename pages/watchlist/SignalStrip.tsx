/** Above the watchlist: each signal with its state, its next scan, and "Scan now". */
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Time } from "../../ui/Time.tsx";
import type { Column } from "./data.ts";

interface Props {
  columns: readonly Column[];
  scanning: ReadonlySet<string>;
  onScan(signal: string): void;
}

export function SignalStrip({ columns, scanning, onScan }: Props) {
  return (
    <ul class="signals" aria-label="Signals">
      {columns.map((column) => (
        <Signal
          key={column.name}
          column={column}
          scanning={scanning.has(column.name)}
          onScan={onScan}
        />
      ))}
    </ul>
  );
}

interface SignalProps {
  column: Column;
  scanning: boolean;
  onScan(signal: string): void;
}

function Signal({ column, scanning, onScan }: SignalProps) {
  return (
    <li class="signal">
      <div class="signal-name">
        <strong>{column.title}</strong>
        <StateBadge state={shownState(column, scanning)} />
      </div>
      <div class="signal-when small">
        <When column={column} scanning={scanning} />
      </div>
      <form
        method="post"
        action="/"
        onSubmit={(event) => {
          event.preventDefault();
          onScan(column.name);
        }}
      >
        <input type="hidden" name="signal" value={column.name} />
        <button
          type="submit"
          class="button small"
          name="intent"
          value="scan"
          aria-label={`Scan now: ${column.title}`}
          aria-disabled={scanning}
        >
          Scan now
        </button>
      </form>
    </li>
  );
}

function shownState(column: Column, scanning: boolean): string {
  if (scanning) return "scanning";
  if (column.state !== "running") return column.state;
  if (column.last_error) return "warning";
  return column.waiting ? "resting" : "running";
}

function When({ column, scanning }: Omit<SignalProps, "onScan">) {
  if (scanning) return <>Asking the market…</>;
  const { waiting, last_error, last_completed, next } = column;
  return (
    <>
      {last_error && <span class="reason">Last scan failed: {last_error}.
      </span>}
      {waiting && <span class="reason">Waits: {waiting}.</span>}
      {last_completed && !last_error && (
        <span>
          Scanned <Time at={last_completed} as="age" />,{" "}
        </span>
      )}
      {next && (
        <span>
          next <Time at={next} as="until" />
        </span>
      )}
    </>
  );
}
