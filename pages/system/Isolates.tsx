/** The isolates of an actor: one line for each replica, and its last error with its stack. */
import type { IsolateStatus } from "../../host/services.ts";
import { countText } from "../../ui/numbers.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Time } from "../../ui/Time.tsx";
import { spanText } from "../../ui/time_text.ts";

interface Props {
  actor: string;
  isolates: readonly IsolateStatus[];
}

export function Isolates({ actor, isolates }: Props) {
  if (isolates.length === 0) {
    return <p class="empty">No isolate runs on this host.</p>;
  }
  return (
    <>
      <div
        class="scroll"
        tabIndex={0}
        role="region"
        aria-label={`Isolates of ${actor}`}
      >
        <table class="data">
          <caption class="sr">Isolates of {actor}</caption>
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col">State</th>
              <th scope="col" class="num">Uptime</th>
              <th scope="col" class="num">Restarts</th>
              <th scope="col" class="num">Last read</th>
              <th scope="col" class="num">Handled</th>
              <th scope="col" class="num">Dead-lettered</th>
            </tr>
          </thead>
          <tbody>
            {isolates.map((isolate) => (
              <Line key={isolate.replica} isolate={isolate} />
            ))}
          </tbody>
        </table>
      </div>
      {isolates.map((isolate) => (
        <LastError key={isolate.replica} actor={actor} isolate={isolate} />
      ))}
    </>
  );
}

function Line({ isolate }: { isolate: IsolateStatus }) {
  const { consumer, state, startedAt, restarts, lastReadAgeMs } = isolate;
  return (
    <tr>
      <td>
        <code>{consumer}</code>
      </td>
      <td>
        <StateBadge state={state} />
      </td>
      <td class="num">
        {startedAt ? <Time at={startedAt} as="span" /> : "–"}
      </td>
      <td class="num">{countText(restarts)}</td>
      <td class="num">
        {lastReadAgeMs === null ? "–" : `${spanText(lastReadAgeMs)} ago`}
      </td>
      <td class="num">{countText(isolate.handled)}</td>
      <td class="num">{countText(isolate.deadLettered)}</td>
    </tr>
  );
}

function LastError(
  { actor, isolate }: { actor: string; isolate: IsolateStatus },
) {
  const { lastError, replica } = isolate;
  if (!lastError) return null;
  return (
    <details id={`error-${actor}-${replica}`} class="error">
      <summary>
        Last error, <Time at={lastError.at} as="age" />: {lastError.message}
      </summary>
      <pre tabIndex={0}>{lastError.stack ?? lastError.message}</pre>
    </details>
  );
}
