/** One actor on the system page: what it does, how it fares, and its buttons. */
import type { ComponentChildren } from "preact";
import type { ActorStatus, ReplayStatus } from "../../host/services.ts";
import { countText } from "../../ui/numbers.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Time } from "../../ui/Time.tsx";
import { ActorButtons } from "./ActorButtons.tsx";
import { Isolates } from "./Isolates.tsx";

export function ActorCard({ actor }: { actor: ActorStatus }) {
  const { name, title, state, schedule, replay } = actor;
  return (
    <section class="card" aria-labelledby={`actor-${name}`}>
      <header class="card-head">
        <h2 id={`actor-${name}`}>
          {title} <StateBadge state={state} />
        </h2>
        <ActorButtons actor={actor} />
      </header>
      {schedule.lastError && (
        <p class="notice bad">Its last scan failed: {schedule.lastError}</p>
      )}
      {schedule.waiting && (
        <p class="notice">It does not scan now: {schedule.waiting}.</p>
      )}
      {replay && <Replay replay={replay} />}
      <Figures actor={actor} />
      <Isolates actor={name} isolates={actor.isolates} />
    </section>
  );
}

function Figures({ actor }: { actor: ActorStatus }) {
  const { name, schedule, lag, pending, depth, trimmed, deadLetters } = actor;
  return (
    <dl class="figures">
      <Figure name="Next scan">
        {schedule.next ? <Time at={schedule.next} as="until" /> : "–"}
      </Figure>
      <Figure name="Last scan">
        {schedule.lastCompleted
          ? <Time at={schedule.lastCompleted} as="age" />
          : "none yet"}
      </Figure>
      <Figure name="Schedule (UTC)">
        <code>{schedule.cron}</code>
      </Figure>
      <Figure name="Lag">{countText(lag)}</Figure>
      <Figure name="Pending">{countText(pending)}</Figure>
      <Figure name="In the stream">
        <a href={`/streams/${name}`}>{countText(depth)}</a>
      </Figure>
      <Figure name="Trimmed">{countText(trimmed)}</Figure>
      <Figure name="Dead letters">
        <a href={`/dead-letters?actor=${name}`}>{countText(deadLetters)}</a>
      </Figure>
    </dl>
  );
}

function Figure(
  { name, children }: { name: string; children: ComponentChildren },
) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Replay({ replay }: { replay: ReplayStatus }) {
  const { state, done, total, error, startedAt, finishedAt } = replay;
  return (
    <div class="replay">
      <StateBadge state={state}>{`Replay ${state}`}</StateBadge>
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
        <Time at={finishedAt ?? startedAt} as="age" />
        {error && `: ${error}`}
      </span>
    </div>
  );
}
