/** A value whose event nobody knows any more: its row, and the way out. */
import { HttpError } from "fresh";
import type { Moment } from "../../host/event_ways.ts";
import type { Services } from "../../host/services.ts";
import { eventAtAddress, provenanceAddress } from "../../ui/addresses.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { Card, Figures } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";
import { WayOut } from "./Buttons.tsx";
import { RowsCard } from "./RowsCard.tsx";
import { SinceThen } from "./SinceThen.tsx";

/** @throws {HttpError} 404 if the history holds nothing of it */
export async function valuePage(
  { events }: Pick<Services, "events">,
  actor: string,
  moment: Moment,
  notice: PageNotice | null,
): Promise<LivePage & { readonly title: string }> {
  const { symbol, at, id } = moment;
  const [rows, now] = await Promise.all([
    events.rowsAt(actor, moment),
    events.provenance(actor, symbol),
  ]);
  if (rows.length === 0) {
    throw new HttpError(404, `Nothing is stored of ${symbol} at ${at}.`);
  }
  const about = {
    Symbol: <a href={provenanceAddress(symbol, actor)}>{symbol}</a>,
    "Market time": <Time at={at} />,
    Stream: <a href={`/streams/${actor}`}>{actor}</a>,
  };
  return {
    title: `${symbol}, ${actor}`,
    notice,
    panels: {
      way: (
        <Card
          id="way"
          title="Its way"
          aside={
            <WayOut
              action={eventAtAddress(actor, symbol, at, id)}
              actor={actor}
              symbol={symbol}
              letter={now.dead_letter}
            />
          }
        >
          <Figures class="figures wide" of={about} />
          <p>
            Its event is not known any more: the stream does not hold it, and
            how a value came is kept of the newest of its symbol only.
          </p>
          <SinceThen now={now} at={at} />
        </Card>
      ),
      row: <RowsCard rows={rows} symbol={symbol} />,
    },
  };
}
