/** Above the watchlist: each actor with its state, its next scan, and "Scan now". */
import { Command, StateBadge } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import type { Column } from "./data.ts";

interface Props {
  columns: readonly Column[];
  /** The names of those that scan because they were asked to here. */
  scanning: readonly string[];
  onScan(actor: string): void;
}

export function ActorStrip({ columns, scanning, onScan }: Props) {
  return (
    <ul class="signals" aria-label="Signals">
      {columns.map((column) => {
        const { name, title } = column;
        const scans = scanning.includes(name);
        return (
          <li key={name} class="signal">
            <div class="signal-name">
              <strong>{title}</strong>
              <StateBadge state={scans ? "scanning" : shownState(column)} />
            </div>
            <div class="signal-when small">
              {scans ? "Asking the market…" : <When column={column} />}
            </div>
            <Command
              action="/"
              fields={{ signal: name }}
              intent="scan"
              onCommand={() => onScan(name)}
              aria-label={`Scan now: ${title}`}
              aria-disabled={scans}
            >
              Scan now
            </Command>
          </li>
        );
      })}
    </ul>
  );
}

function shownState(column: Column): string {
  if (column.state !== "running") return column.state;
  if (column.last_error) return "warning";
  return column.waiting ? "resting" : "running";
}

function When({ column }: { column: Column }) {
  const { waiting, last_error, last_completed, next } = column;
  return (
    <>
      {last_error && <span>Last scan failed: {last_error}.</span>}
      {waiting && <span>Waits: {waiting}.</span>}
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
