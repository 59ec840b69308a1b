/** A symbol's page: a panel for each actor, with what every actor has around it. */
import type { VNode } from "preact";
import type { HistoryQuery, Value } from "../../engine/actor.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { readableLatest, type Services } from "../../host/services.ts";
import { EXCHANGE_ZONE, sessionsBetween } from "../../market/hours.ts";
import { eventAtAddress, provenanceAddress } from "../../ui/addresses.ts";
import { messageOf } from "../../ui/client.ts";
import { Card } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { zonedText } from "../../ui/time_texts.ts";
import type { Frame, View } from "../../ui/view.ts";
import { drawPanel } from "../../ui/views.tsx";
import { type Choice, ranges, rangeWith, startOf } from "./choice.ts";
import { ChartControls, RangeLinks } from "./Controls.tsx";
import { Sayings } from "./state.tsx";

/** Of a panel without a range. */
const mostRows = 500;
/** Of an actor that cannot thin: more than any thinned range has. What it has beyond is not shown, and that is said. */
const mostUnthinned = 2_000;

/** The page waits no longer for an actor's history: that panel then says so, and the others are drawn. */
const patienceMs = 2_500;

type Source = Pick<Services, "catalog" | "values" | "status">;

/** The latest values that there are of it, by actor. */
export async function latestOf(
  { catalog, values }: Omit<Source, "status">,
  symbol: string,
): Promise<ReadonlyMap<string, Value>> {
  const found = await Promise.all(
    [...catalog.actors.keys()].map(async (actor) => {
      const value = (await readableLatest(values, actor, [symbol])).get(symbol);
      return value ? [[actor, value] as const] : [];
    }),
  );
  return new Map(found.flat());
}

/** What a page is about. */
export interface Subject {
  readonly symbol: string;
  readonly currency?: string | null | undefined;
  /** By actor. */
  readonly latest: ReadonlyMap<string, Value>;
}

/** By actor, in the order of the views. */
export async function symbolPanels(
  services: Source,
  { symbol, currency = null, latest }: Subject,
  choice: Choice,
): Promise<Record<string, VNode>> {
  const statuses = services.status.actors().catch((): ActorStatus[] => []);
  const panels = await Promise.all(
    [...services.catalog.views].map(async ([actor, view]) => {
      const read = view.ranged ? readRange : readNewest;
      const asked = { services, actor, view, symbol, choice };
      const found = await read({ ...asked, latest: latest.get(actor) });
      const status = (await statuses).find(({ name }) => name === actor);
      const panel = (
        <Panel
          {...{ services, actor, view, symbol, currency }}
          {...{ choice, found, status }}
        />
      );
      return [actor, panel] as const;
    }),
  );
  return Object.fromEntries(panels);
}

interface Asked {
  readonly services: Source;
  readonly actor: string;
  readonly view: View;
  readonly symbol: string;
  readonly choice: Choice;
  readonly latest: Value | undefined;
}

/** What a panel shows. */
interface Found {
  readonly latest: Value | undefined;
  /** Or why they cannot be read. */
  readonly rows: Value[] | string;
  /** The choice that holds: a longer range where the chosen one does not reach the time to go to. */
  readonly choice?: Choice;
  readonly frame?: Frame;
  /** Since when there is a history, if the range reaches back beyond that. */
  readonly begins?: string | null;
}

function history(
  { services: { values }, actor }: Asked,
  query: HistoryQuery,
): Promise<Value[]> {
  return values.history(actor, query, patienceMs);
}

async function readNewest(asked: Asked): Promise<Found> {
  const query = { symbol: asked.symbol, limit: mostRows };
  const rows = await history(asked, query).catch(messageOf);
  const newest = typeof rows === "string" ? undefined : rows.at(-1);
  return { latest: asked.latest ?? newest, rows };
}

async function readRange(asked: Asked): Promise<Found> {
  const { symbol, choice, latest } = asked;
  try {
    const newest = latest ?? (await history(asked, { symbol, limit: 1 }))[0];
    if (!newest) return { latest: undefined, rows: [] };
    return await readFrom(newest, asked);
  } catch (error) {
    return { latest, rows: messageOf(error), choice };
  }
}

async function readFrom(latest: Value, asked: Asked): Promise<Found> {
  const { symbol, choice, view: { whole } } = asked;
  const range = choice.at === null
    ? choice.range
    : rangeWith(choice.range, latest.at, choice.at);
  const from = startOf(range, latest.at);
  const window = {
    limit: mostUnthinned,
    points: range.points,
    ...whole && { whole },
    ...from && { from },
  };
  const [rows, others, earlier] = await Promise.all([
    history(asked, { symbol, ...window }),
    choice.compare ? history(asked, { symbol: choice.compare, ...window }) : [],
    from ? history(asked, { symbol, to: from, limit: 1 }) : [],
  ]);
  const frame = frameOf(rows, others, choice);
  const begins = earlier.length === 0 ? rows[0]?.at ?? null : null;
  return { latest, rows, choice: { ...choice, range }, frame, begins };
}

/** Longer than any stretch in which the exchange is closed. */
const longestClosedMs = 6 * 86_400_000;

function frameOf(
  rows: readonly Value[],
  others: readonly Value[],
  { zone, at, compare }: Choice,
): Frame {
  const [first, last] = [rows[0], rows.at(-1)].map((row) =>
    row ? Date.parse(row.at) : 0
  ) as [number, number];
  const sessions = sessionsBetween(
    new Date(first - longestClosedMs),
    new Date(last),
  );
  return {
    zone,
    exchangeZone: EXCHANGE_ZONE,
    sessions,
    at,
    other: compare ? { symbol: compare, rows: others } : null,
  };
}

interface PanelProps {
  services: Source;
  actor: string;
  view: View;
  symbol: string;
  currency: string | null;
  choice: Choice;
  found: Found;
  status: ActorStatus | undefined;
}

function Panel(props: PanelProps) {
  const { services, actor, view, symbol, currency, found, status } = props;
  const { choice = props.choice, rows, latest, frame } = found;
  const csv = new URLSearchParams({ symbol, format: "csv" });
  const { staleAfterMs } = view;
  const known = { symbol, status, latest, zone: choice.zone, now: new Date() };
  return (
    <Card
      id={`title-${actor}`}
      title={services.catalog.actors.get(actor)?.title ?? view.heading}
      aside={view.ranged && <RangeLinks choice={choice} />}
    >
      <Sayings known={{ ...known, staleAfterMs }} />
      {typeof rows === "string" && (
        <p class="notice bad">Its history cannot be read now: {rows}</p>
      )}
      {typeof rows !== "string" && latest && (
        <Drawn
          html={drawPanel(view, {
            actor,
            symbol,
            currency,
            rows,
            ...frame && { frame },
          })}
        />
      )}
      {frame && <ChartNotes found={found} choice={choice} frame={frame} />}
      {frame && <ChartControls choice={choice} />}
      <footer class="card-foot small">
        {latest && (
          <span>
            Newest value{" "}
            <a href={eventAtAddress(actor, symbol, latest.at)}>
              <Time at={latest.at} as="age" />
            </a>
            {typeof latest.provider === "string" && `, by ${latest.provider}`}
          </span>
        )}
        <a href={provenanceAddress(symbol, actor)}>
          {latest ? "Where it comes from" : "Why, and what to do"}
        </a>
        <a href={`/api/signals/${actor}/history?${csv}`} download>
          Download as CSV
        </a>
        <span>
          <a href={`/api/signals/${actor}/history?${csv}&safe=1`} download>
            For spreadsheets
          </a>: no text is taken for a formula
        </span>
      </footer>
    </Card>
  );
}

interface NotesProps {
  found: Found;
  choice: Choice;
  frame: Frame;
}

/** What the reader asked for and did not get, and that a longer range shows no more. */
function ChartNotes({ found, choice, frame }: NotesProps) {
  const { begins, rows } = found;
  const last = choice.range === ranges.at(-1);
  const nothing = frame.other?.rows.length === 0;
  return (
    <>
      {nothing && (
        <p class="notice bad">
          Nothing is stored of {frame.other!.symbol} in this range.
        </p>
      )}
      {rows.length >= mostUnthinned && (
        <p class="notice bad">
          The range has more values: only the newest {mostUnthinned} are shown.
        </p>
      )}
      {begins && (
        <p class="small">
          History starts {zonedText(Date.parse(begins), "moment", choice.zone)}
          {last ? "." : ": a longer range shows the same."}
        </p>
      )}
    </>
  );
}

/** What drawPanel drew, that is Preact, which escaped all text in it. */
function Drawn({ html }: { html: string }) {
  // deno-lint-ignore react-no-danger
  return <div class="drawn" dangerouslySetInnerHTML={{ __html: html }} />;
}
