/** The events of a stream that a search finds, its form, and the ways to older and newer ones. */
import { eventAddress } from "../../ui/addresses.ts";
import { countText } from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { payloadText } from "../../ui/payload.ts";
import type { Found } from "./search.ts";

/** A GET form, so that a search has an address. */
export function SearchForm(
  { actor, query }: { actor: string; query: URLSearchParams },
) {
  const field = (name: string) => query.get(name) ?? "";
  return (
    <form
      class="filter"
      method="get"
      action={`/streams/${actor}`}
      role="search"
    >
      <label>
        Symbol
        <input name="symbol" value={field("symbol")} size={8} />
      </label>
      <label>
        Text
        <input
          type="search"
          name="text"
          value={field("text")}
          placeholder="In the payload or the id"
        />
      </label>
      <label>
        Stored from (UTC)
        <input type="datetime-local" name="from" value={field("from")} />
      </label>
      <label>
        To (UTC)
        <input type="datetime-local" name="to" value={field("to")} />
      </label>
      <button type="submit" class="button">Search</button>
      <a href={`/streams/${actor}`}>Show all</a>
    </form>
  );
}

/** The address of the same search with another cursor, or none. */
function withCursor(
  query: URLSearchParams,
  changes: Readonly<Record<string, string>>,
): string {
  const changed = new URLSearchParams(query);
  for (const name of ["before", "after", "paused", "did"]) changed.delete(name);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value);
  return `?${changed}`;
}

/** A link, so that it works without a script. */
export function LiveSwitch(
  { query, live }: { query: URLSearchParams; live: boolean },
) {
  return live
    ? (
      <a class="button small" href={withCursor(query, { paused: "1" })}>
        Pause
      </a>
    )
    : (
      <a class="button small" href={withCursor(query, {})}>
        Follow the newest
      </a>
    );
}

interface Props {
  actor: string;
  query: URLSearchParams;
  found: Found;
}

export function Events({ actor, query, found }: Props) {
  const { events, before, after } = found;
  return (
    <>
      <Extent found={found} />
      <ol class="events">
        {events.map(({ position, storedAt, key, data }) => (
          <li key={position}>
            <a href={eventAddress(actor, position)}>{position}</a>
            <details id={`event-${position}`}>
              <summary>
                <strong>{key}</strong>{" "}
                <Time at={new Date(storedAt).toISOString()} as="age" />
              </summary>
              <pre tabIndex={0}>{payloadText(data)}</pre>
            </details>
          </li>
        ))}
      </ol>
      <p class="buttons">
        {after && (
          <a class="button small" href={withCursor(query, { after })}>Newer</a>
        )}
        {before && (
          <a class="button small" href={withCursor(query, { before })}>
            {events.length ? "Older" : "Look further back"}
          </a>
        )}
      </p>
    </>
  );
}

/** How far it has looked. */
function Extent({ found: { events, looked, before } }: { found: Found }) {
  const { from, to, count } = looked;
  if (!from || !to) {
    return <p class="empty">There is nothing in this part of the stream.</p>;
  }
  return (
    <p class="small" role="status">
      {countText(events.length)} of the {countText(count)}{" "}
      looked at, stored from <Time at={from} /> to <Time at={to} />
      {before ? "." : "; there is nothing older."}
    </p>
  );
}
