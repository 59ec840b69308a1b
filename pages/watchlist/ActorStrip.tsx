/** Above the watchlist: each actor with its state, its next scan, and "Scan now". */
import { Command, StateBadge } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import type { SignalStatus } from "./data.ts";

interface Props {
  signals: readonly SignalStatus[];
  /** The names of those that scan because they were asked to here. */
  scanning: readonly string[];
  onScan(actor: string): void;
}

export function ActorStrip({ signals, scanning, onScan }: Props) {
  return (
    <ul class="signals" aria-label="Signals">
      {signals.map((signal) => {
        const { name, title } = signal;
        const scans = scanning.includes(name);
        return (
          <li key={name} class="signal">
            <div class="signal-name">
              <strong>{title}</strong>
              <StateBadge state={scans ? "scanning" : shownState(signal)} />
            </div>
            <div class="signal-when small">
              {scans ? "Asking the market…" : <When signal={signal} />}
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

function shownState(signal: SignalStatus): string {
  if (signal.state !== "running") return signal.state;
  if (signal.last_error) return "warning";
  return signal.waiting ? "resting" : "running";
}

function When({ signal }: { signal: SignalStatus }) {
  const { waiting, last_error, last_completed, next } = signal;
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
