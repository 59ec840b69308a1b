/** Where the newest values of a symbol come from, or why there are none, and the way out. */
import type { Provenance } from "../../host/provenance.ts";
import type { Services } from "../../host/services.ts";
import { eventAddress } from "../../ui/addresses.ts";
import { plural } from "../../ui/numbers.ts";
import { Card } from "../../ui/parts.tsx";
import { Time, tookText } from "../../ui/Time.tsx";
import type { Subject } from "../symbol/symbol_page.tsx";
import { WayOut } from "./Buttons.tsx";
import { callText } from "./calls.ts";

/** A card with a line for each signal. */
export async function provenancePanel(
  { catalog, events }: Pick<Services, "catalog" | "events">,
  { symbol, latest }: Pick<Subject, "symbol" | "latest">,
) {
  const actors = [...catalog.views.keys()];
  const ways = await events.provenances(actors, symbol, latest);
  const titleOf = (actor: string) => catalog.actors.get(actor)?.title ?? actor;
  return (
    <Card id="provenance" title="Where the values come from">
      <ol class="provenance">
        {ways.map((way) => (
          <li key={way.signal} id={`provenance-${way.signal}`}>
            <header class="card-head">
              <h3>{titleOf(way.signal)}</h3>
              <WayOut
                action={`/symbols/${encodeURIComponent(symbol)}`}
                actor={way.signal}
                symbol={symbol}
                letter={way.dead_letter}
              />
            </header>
            <Origin way={way} />
            <Failure way={way} />
            {way.next_scan && (
              <p class="small">
                Next scan <Time at={way.next_scan} as="until" />
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Origin({ way }: { way: Provenance }) {
  const { signal, at, position, published_at, stored_at, reason } = way;
  if (!at) return <p>There is no value: {reason}.</p>;
  if (!position || !published_at || !stored_at) {
    return (
      <p>
        The value is of <Time at={at} />; {reason}.
      </p>
    );
  }
  const call = way.market_calls?.at(-1);
  const took = Date.parse(stored_at) - Date.parse(published_at);
  return (
    <p>
      The value is of <Time at={at} />
      {typeof way.value?.provider === "string" &&
        `, told by ${way.value.provider}`}
      , {way.scanned_at
        ? (
          <>
            asked for <Time at={way.scanned_at} as="age" />
            {call && ` (call to ${call.provider}: ${callText(call)})`},{" "}
          </>
        )
        : null}
      published as <a href={eventAddress(signal, position)}>{position}</a>{" "}
      and stored {tookText(Math.max(0, took))} later, after{" "}
      {plural(way.attempts ?? 1, "attempt")}.
    </p>
  );
}

function Failure({ way: { last_error, dead_letter } }: { way: Provenance }) {
  return (
    <>
      {last_error && <p class="notice bad why">{last_error}</p>}
      {dead_letter && (
        <p>
          <a href={`/dead-letters/${dead_letter}`}>Dead letter {dead_letter}</a>
          {" "}
          waits for a redrive.
        </p>
      )}
    </>
  );
}
