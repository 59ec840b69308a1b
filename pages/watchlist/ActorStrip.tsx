/** Above the watchlist: each actor with its state, its next scan, and "Scan now". */
import { Command, StateBadge } from "../../ui/parts.tsx";
import { plural } from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { zoneName } from "../../ui/time_texts.ts";
import { openingText, type SignalStatus } from "./data.ts";

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

const failuresOf = ({ failing }: SignalStatus) => Object.keys(failing).length;

function shownState(signal: SignalStatus): string {
  if (signal.state !== "running") return signal.state;
  if (signal.last_error || failuresOf(signal) > 0) return "warning";
  return signal.waiting ? "resting" : "running";
}

function When({ signal }: { signal: SignalStatus }) {
  const { waiting, last_error, last_scanned, next, quota, closedUntil } =
    signal;
  const failures = failuresOf(signal);
  return (
    <>
      {last_error && <span>Last scan failed: {last_error}.</span>}{" "}
      {failures > 0 && <span>{plural(failures, "symbol")} failing.</span>}{" "}
      {closedUntil
        ? (
          <span>
            The market is closed until {openingText(closedUntil)} in{" "}
            {zoneName(closedUntil.zone)}.
          </span>
        )
        : waiting && <span>Waits: {waiting}.</span>} {last_scanned && (
        <span>
          Scanned <Time at={last_scanned} as="age" />,{" "}
        </span>
      )}
      {next && (
        <span>
          next <Time at={next} as="until" />.
        </span>
      )} {quota && <span>{quota}.</span>}
    </>
  );
}
