/** One actor on the system page: how it fares, its buttons, and its isolates with their last errors. */
import { Fragment } from "preact";
import type {
  ActorStatus,
  IsolateStatus,
  ReplayStatus,
} from "../../engine/status.ts";
import type { PipelineHistory, Range } from "../../host/pipeline.ts";
import {
  Card,
  CommandButton,
  CommandForm,
  Figures,
  StateBadge,
} from "../../ui/parts.tsx";
import { type Column, numeric, Table } from "../../ui/DataTable.tsx";
import { countText } from "../../ui/numbers.ts";
import { spanText, Time } from "../../ui/Time.tsx";
import { Charts } from "./Charts.tsx";

interface Props {
  actor: ActorStatus;
  /** Null if it cannot be read now; undefined if there is none yet. */
  history: PipelineHistory | null | undefined;
  range: Range;
}

export function ActorCard({ actor, history, range }: Props) {
  const { name, title, state, schedule, replay, isolates } = actor;
  return (
    <Card
      id={`actor-${name}`}
      title={
        <>
          {title} <StateBadge state={state} />
        </>
      }
      aside={<Buttons actor={actor} range={range} />}
    >
      {schedule.last_error && (
        <p class="notice bad">Its last scan failed: {schedule.last_error}</p>
      )}
      {schedule.waiting && (
        <p class="notice">It does not scan now: {schedule.waiting}.</p>
      )}
      {schedule.quota && <p class="notice">{schedule.quota}.</p>}
      {replay && <Replay replay={replay} />}
      <Figures of={figures(actor)} />
      <Charts history={history} scans={scans(actor)} />
      {isolates.length === 0
        ? <p class="empty">No isolate runs on this host.</p>
        : (
          <Table
            caption={`Isolates of ${name}`}
            rows={isolates}
            columns={isolateColumns}
          />
        )}
      {isolates.map((isolate) => (
        <Fragment key={isolate.replica}>
          <Waiting isolate={isolate} />
          <LastError actor={name} isolate={isolate} />
        </Fragment>
      ))}
    </Card>
  );
}

/** Pause or resume, restart, scan. */
function Buttons({ actor, range }: Pick<Props, "actor" | "range">) {
  const { name, title, paused } = actor;
  const intents = [
    ...scans(actor) ? [["scan", "Scan now"] as const] : [],
    paused ? ["resume", "Resume"] : ["pause", "Pause"],
    ["restart", "Restart"],
  ] as const;
  return (
    <CommandForm
      class="buttons"
      action="/actors"
      fields={{ actor: name, range }}
    >
      {intents.map(([intent, label]) => (
        <CommandButton
          key={intent}
          // Pause and resume are one place: the focus stays there when one becomes the other.
          id={`${name}-${intent === "resume" ? "pause" : intent}`}
          intent={intent}
          aria-label={`${label}: ${title}`}
        >
          {label}
        </CommandButton>
      ))}
    </CommandForm>
  );
}

/** False for an observer. */
const scans = ({ schedule }: Pick<ActorStatus, "schedule">): boolean =>
  schedule.cron !== "";

function figures(actor: ActorStatus) {
  const letters = `/dead-letters?actor=${actor.name}`;
  return {
    ...scans(actor) ? scanFigures(actor) : {},
    Lag: <Lag actor={actor} />,
    Pending: countText(actor.pending),
    ...scans(actor) ? streamFigures(actor) : {},
    "Dead letters": <a href={letters}>{countText(actor.dead_letters)}</a>,
    Handled: countText(actor.handled),
  };
}

function Lag({ actor: { lag, lagging_since } }: Pick<Props, "actor">) {
  return (
    <>
      {countText(lag)}
      {lagging_since && (
        <span class="small">
          for <Time at={lagging_since} as="span" />
        </span>
      )}
    </>
  );
}

function streamFigures({ name, depth, trimmed }: ActorStatus) {
  return {
    "In the stream": <a href={`/streams/${name}`}>{countText(depth)}</a>,
    Trimmed: countText(trimmed),
  };
}

function scanFigures({ schedule, calls }: ActorStatus) {
  const { next, last_scanned: last, cron, effective_every_ms } = schedule;
  return {
    "Next scan": next ? <Time at={next} as="until" /> : "–",
    "Last scan": last ? <Time at={last} as="age" /> : "none yet",
    "Schedule (UTC)": <code>{cron}</code>,
    "Each symbol": effective_every_ms === null
      ? "–"
      : `every ${Math.round(effective_every_ms / 6_000) / 10} min`,
    "Market calls": countText(calls),
  };
}

export function Replay({ replay }: { replay: ReplayStatus }) {
  const { state, done, total, failed, error, started_at, finished_at } = replay;
  const [first] = replay.failures;
  return (
    <div class="replay">
      <StateBadge state={failed ? "failed" : state}>
        {`Replay ${state}${failed ? `, ${countText(failed)} failed` : ""}`}
      </StateBadge>
      {state === "running" && (
        <progress
          aria-label="Progress of the replay"
          max={total ?? undefined}
          value={total === null ? undefined : done}
        />
      )}
      <span class="small">
        {countText(done)}
        {total === null ? "" : ` of ${countText(total)}`} events,{" "}
        <Time at={finished_at ?? started_at} as="age" />
        {error && `: ${error}`}
        {first && `; the first that failed: ${first.reason}: ${first.error}`}
      </span>
    </div>
  );
}

const isolateColumns: Column<IsolateStatus>[] = [
  { heading: "Consumer", cell: ({ consumer }) => <code>{consumer}</code> },
  { heading: "State", cell: ({ state }) => <StateBadge state={state} /> },
  numeric(
    "Uptime",
    ({ started_at: at }) => at ? <Time at={at} as="span" /> : "–",
  ),
  numeric("Restarts", ({ restarts }) => countText(restarts)),
  numeric(
    "Last read",
    ({ last_read_age_ms: age }) => age === null ? "–" : `${spanText(age)} ago`,
  ),
  numeric("Handled since its start", ({ handled }) => countText(handled)),
  numeric("Dead-lettered", (isolate) => countText(isolate.dead_lettered)),
];

/** What keeps the batch in hand from being stored. */
function Waiting(
  { isolate: { consumer, waiting } }: { isolate: IsolateStatus },
) {
  if (!waiting) return null;
  return (
    <p class="notice warn">
      <span>
        <code>{consumer}</code> has waited for {spanText(waiting.ms)}:{" "}
        {waiting.reason}
      </span>
    </p>
  );
}

function LastError(
  { actor, isolate }: { actor: string; isolate: IsolateStatus },
) {
  const { last_error, replica } = isolate;
  if (!last_error) return null;
  return (
    <details id={`error-${actor}-${replica}`} class="error">
      <summary>
        Last error, <Time at={last_error.at} as="age" />: {last_error.message}
      </summary>
      <pre tabIndex={0}>{last_error.stack ?? last_error.message}</pre>
    </details>
  );
}
