/** What the system page shows and what its buttons do. */
import type { Incident } from "../../db/deployment.ts";
import type { QuotaStatus } from "../../engine/status.ts";
import type { Health } from "../../host/health.ts";
import type { Range } from "../../host/pipeline.ts";
import type { Services } from "../../host/services.ts";
import { deadline } from "../../wait.ts";
import { scanText } from "../../ui/client.ts";
import { plural } from "../../ui/numbers.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { Card, Figures, StateBadge } from "../../ui/parts.tsx";
import { spanText, Time } from "../../ui/Time.tsx";
import { ActorCard } from "./ActorCard.tsx";
import { RangeLinks, rangeOf } from "./Charts.tsx";
import { JournalCard, mostEntries } from "./Journal.tsx";
import { Positions } from "./Positions.tsx";

const mostIncidents = 30;
const incidentsWithinMs = 1_500;

export async function systemPage(
  { about, status, pipeline }: Pick<Services, "about" | "status" | "pipeline">,
  notice: PageNotice | null,
  range: Range,
): Promise<LivePage> {
  // What PostgreSQL does not tell now, the page says; it is needed the most then.
  const [health, quota, actors, incidents, journal, history] = await Promise
    .all([
      status.health(),
      status.quota(),
      status.actors(),
      deadline(status.incidents(mostIncidents), incidentsWithinMs, "too late")
        .catch(() => null),
      journalOf(pipeline).catch(() => null),
      pipeline.history(range).catch(() => null),
    ]);
  return {
    notice,
    panels: {
      overview: <Overview health={health} quota={quota} about={about} />,
      journal: <JournalCard journal={journal} range={range} />,
      actors: (
        <>
          <RangeLinks range={range} />
          {actors.map((actor) => (
            <ActorCard
              key={actor.name}
              actor={actor}
              history={history && history.get(actor.name)}
              range={range}
            />
          ))}
        </>
      ),
      incidents: <Incidents incidents={incidents} />,
    },
  };
}

async function journalOf(pipeline: Services["pipeline"]) {
  const since = await pipeline.look();
  const entries = await pipeline.journal(since, mostEntries);
  return { since: since?.toISOString() ?? null, entries };
}

/** Does what a button says; resolves to the address that says so. */
export async function commandActor(
  { catalog, commands, pipeline }: Pick<
    Services,
    "catalog" | "commands" | "pipeline"
  >,
  form: FormData,
): Promise<string> {
  const actor = String(form.get("actor") ?? "");
  const did = String(form.get("intent") ?? "");
  const range = rangeOf(
    new URLSearchParams([["range", String(form.get("range"))]]),
  );
  if (did === "read") {
    await pipeline.noteRead();
    return `/actors?range=${range}`;
  }
  if (!catalog.actors.has(actor) && !catalog.observers.has(actor)) {
    throw new TypeError(`There is no actor "${actor}".`);
  }
  if (did === "scan") {
    const { published } = await commands.scan(actor);
    return `/actors?range=${range}&did=scan&actor=${actor}&published=${published}`;
  }
  if (did !== "pause" && did !== "resume" && did !== "restart") {
    throw new TypeError(`"${did}" is not something that an actor can do.`);
  }
  await commands[did](actor);
  return `/actors?range=${range}&did=${did}&actor=${actor}`;
}

const outcomes = new Map([
  ["pause", " is paused."],
  ["resume", " goes on."],
  ["restart", " starts again."],
]);

/** Says what was done; the address decides which of our own sentences, and not the words in it. */
export function noticeOf(
  { catalog }: Pick<Services, "catalog">,
  query: URLSearchParams,
): PageNotice | null {
  const did = query.get("did") ?? "";
  const name = query.get("actor") ?? "";
  const actor = catalog.actors.get(name) ?? catalog.observers.get(name);
  const published = Number(query.get("published")) || 0;
  const outcome = did === "scan"
    ? `: ${scanText({ published })}`
    : outcomes.get(did);
  return actor && outcome ? { text: actor.title + outcome } : null;
}

const badges = {
  ready: <StateBadge state="ready">Ready</StateBadge>,
  degraded: <StateBadge state="degraded">Degraded</StateBadge>,
  "not-ready": <StateBadge state="failed">Not ready</StateBadge>,
};

type OverviewProps = Pick<Services, "about"> & {
  health: Health;
  quota: QuotaStatus | null;
};

/** Is it ready, what is to be looked at, what would a power cut cost. */
function Overview({ health, quota, about }: OverviewProps) {
  const { reasons, warnings, durability } = health;
  const state = badges[health.state];
  return (
    <Card id="overview" title={<>Overview {state}</>}>
      {reasons.map((reason) => <p key={reason} class="notice bad">{reason}</p>)}
      {warnings.map((text) => <p key={text} class="notice warn">▲ {text}</p>)}
      <Figures
        class="figures wide"
        of={{
          "Lost in a power cut": durability?.loss_window ?? "not known",
          Broker: about.broker,
          "Market data": about.market === "demo"
            ? "demo (simulated)"
            : about.market,
          ...quota && { "Calls left this minute": quotaText(quota) },
        }}
      />
      {durability?.warnings.map((warning) => (
        <p key={warning} class="notice warn">
          <span>
            <strong>▲ Durability:</strong> {warning}
          </span>
        </p>
      ))}
    </Card>
  );
}

function quotaText({ remaining, limit, paused_ms }: QuotaStatus): string {
  const left = `${remaining} of ${limit}`;
  return paused_ms ? `${left}, paused for ${spanText(paused_ms)}` : left;
}

/** @param incidents null if they cannot be read now */
function Incidents({ incidents }: { incidents: readonly Incident[] | null }) {
  if (!incidents) {
    return (
      <Card id="incidents" title="Incidents">
        <p class="notice warn">They cannot be read now.</p>
      </Card>
    );
  }
  return (
    <Card id="incidents" title="Incidents">
      <p class="small">What went wrong and was mended, newest first.</p>
      {incidents.length === 0
        ? <p class="empty">None: nothing had to be mended.</p>
        : (
          <ol class="incidents">
            {incidents.map(({ id, at, kind, actor, count, detail }) => (
              <li key={id}>
                <Time at={at} /> <strong>{kind.replaceAll("-", " ")}</strong>
                {" "}
                {actor && <code>{actor}</code>}{" "}
                {count > 1 && <span class="small">{plural(count, "time")}
                </span>}
                <p>
                  <Positions text={detail} actor={actor} />
                </p>
              </li>
            ))}
          </ol>
        )}
    </Card>
  );
}
