/** On the page of an event: what became of its symbol since, so that an old value leads to why it is old. */
import type { Provenance } from "../../host/provenance.ts";
import { eventAtAddress } from "../../ui/addresses.ts";
import { Time } from "../../ui/Time.tsx";

interface Props {
  now: Provenance;
  /** Market time of the event; null if it is not known. */
  at: string | null;
  /** The id of the event's own dead letter, which the page shows anyhow. */
  own?: string | undefined;
}

export function SinceThen({ now, at, own }: Props) {
  const { signal, symbol, last_error, dead_letter, next_scan } = now;
  const newer = now.at && at && now.at > at ? now.at : null;
  return (
    <>
      {newer && (
        <p>
          The newest value of {symbol} is of{" "}
          <a href={eventAtAddress(signal, symbol, newer)}>
            <Time at={newer} />
          </a>.
        </p>
      )}
      {last_error && (
        <p class="notice bad why">
          Failing now: {last_error}
        </p>
      )}
      {dead_letter && dead_letter !== own && (
        <p>
          <a href={`/dead-letters/${dead_letter}`}>Dead letter {dead_letter}</a>
          {" "}
          of {symbol} waits for a redrive.
        </p>
      )}
      {next_scan && (
        <p class="small">
          Next scan <Time at={next_scan} as="until" />
        </p>
      )}
    </>
  );
}
