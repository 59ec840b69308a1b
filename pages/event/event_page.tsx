/** The way of one event, on one timeline. */
import { HttpError } from "fresh";
import { BrokerUnavailableError } from "../../broker/broker.ts";
import type { EventWay } from "../../host/event_ways.ts";
import type { Provenance } from "../../host/provenance.ts";
import { NotReadyError, type Services } from "../../host/services.ts";
import { eventAddress, provenanceAddress } from "../../ui/addresses.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { Card, Figures } from "../../ui/parts.tsx";
import { Time, tookText } from "../../ui/Time.tsx";
import { WayOut } from "./Buttons.tsx";
import { payloadText } from "../../ui/payload.ts";
import { RowsCard } from "./RowsCard.tsx";
import { SinceThen } from "./SinceThen.tsx";
import { type Step, stepsOf } from "./steps.ts";

/** @throws {HttpError} 404 if nothing is known of such an event */
export async function eventPage(
  { events }: Pick<Services, "events">,
  actor: string,
  position: string,
  notice: PageNotice | null,
): Promise<LivePage & { readonly title: string }> {
  const way = await wayOf(events, actor, position);
  const { symbol } = way;
  const now = symbol
    ? await events.provenance(actor, symbol).catch(() => null)
    : null;
  return {
    title: way.event_id ?? position,
    notice,
    panels: {
      way: <Way way={way} now={now} />,
      row: <RowsCard rows={way.rows} symbol={symbol} />,
      payload: <Payload way={way} />,
    },
  };
}

async function wayOf(
  events: Services["events"],
  actor: string,
  position: string,
): Promise<EventWay> {
  const nothing = `Nothing is known of an event at ${position}: it was ` +
    "trimmed from the stream and is not the newest of its symbol, or there never was one.";
  try {
    const way = await events.way(actor, position);
    if (way) return way;
  } catch (cause) {
    if (cause instanceof BrokerUnavailableError) throw cause;
    if (cause instanceof NotReadyError) throw cause;
    throw new HttpError(404, nothing, { cause });
  }
  throw new HttpError(404, nothing);
}

interface WayProps {
  way: EventWay;
  /** What is known of its symbol now; null if that cannot be told. */
  now: Provenance | null;
}

function Way({ way, now }: WayProps) {
  const { signal, symbol, at, letter, position, trace_id } = way;
  const own = letter && letter.state !== "handled" ? letter.id : null;
  const open = own ?? now?.dead_letter ?? null;
  return (
    <Card
      id="way"
      title="Its way"
      aside={symbol && (
        <WayOut
          action={eventAddress(signal, position)}
          actor={signal}
          symbol={symbol}
          letter={open}
        />
      )}
    >
      <Figures
        class="figures wide"
        of={{
          Symbol: symbol
            ? <a href={provenanceAddress(symbol, signal)}>{symbol}</a>
            : "not known",
          "Market time": at ? <Time at={at} /> : "not known",
          Stream: <a href={`/streams/${signal}`}>{signal}</a>,
          Position: <code>{position}</code>,
          ...trace_id && { Trace: <code>{trace_id}</code> },
          ...letter && {
            "Dead letter": (
              <a href={`/dead-letters/${letter.id}`}>{letter.id}</a>
            ),
          },
        }}
      />
      <Timeline steps={stepsOf(way)} actor={signal} />
      {now && <SinceThen now={now} at={at} own={letter?.id} />}
    </Card>
  );
}

function Timeline(
  { steps, actor }: { steps: readonly Step[]; actor: string },
) {
  let last: number | null = null;
  return (
    <ol class="timeline">
      {steps.map(({ what, at, detail, look, position }, n) => {
        const ms = at ? Date.parse(at) : null;
        const took = ms !== null && last !== null
          ? `+${tookText(Math.max(0, ms - last))}`
          : null;
        last = ms ?? last;
        return (
          <li key={n} class={look}>
            <p>
              <strong>{what}</strong> {at
                ? <time dateTime={at} title={at}>{clock(at)}</time>
                : <span class="small">at a time that is not known</span>}{" "}
              {took && <span class="small">{took}</span>}
            </p>
            <p class="why">
              {detail}{" "}
              {position && (
                <a href={eventAddress(actor, position)}>{position}</a>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}

/** To the millisecond, as durations between stages are of a few. */
const clock = (at: string): string =>
  `${at.slice(0, 10)} ${at.slice(11, 23)} UTC`;

function Payload({ way: { entry, letter } }: { way: EventWay }) {
  const message = entry ?? letter?.message;
  return (
    <Card id="payload" title="Payload">
      {message
        ? (
          <>
            <pre tabIndex={0}>{payloadText(message.data)}</pre>
            <h3>Attributes</h3>
            <pre tabIndex={0}>
              {payloadText(JSON.stringify(message.attributes))}
            </pre>
          </>
        )
        : (
          <p class="empty">
            It is not known any more: the stream does not hold the entry.
          </p>
        )}
    </Card>
  );
}
