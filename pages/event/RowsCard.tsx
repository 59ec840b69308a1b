/** What the history holds of a symbol and market time, and what it held before that was corrected. */
import type { Value } from "../../engine/actor.ts";
import { payloadText, shortText } from "../../ui/payload.ts";
import { Card, heading } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";

interface Props {
  /** Or why they cannot be read. */
  rows: readonly Value[] | string;
  symbol: string | null;
}

export function RowsCard({ rows, symbol }: Props) {
  return (
    <Card
      id="row"
      title="Its row"
      aside="What the history holds of that symbol and time"
    >
      {typeof rows === "string"
        ? <p class="notice bad">The history cannot be read now: {rows}</p>
        : rows.length === 0
        ? <p class="empty">There is no row{symbol && ` of ${symbol}`}.</p>
        : rows.map((row, n) => <Row key={n} row={row} />)}
    </Card>
  );
}

function Row({ row: { former, ...row } }: { row: Value }) {
  return (
    <>
      {formerOf(former).map((was, n) => (
        <p key={n} class="corrected">
          Corrected: it was {wasText(was, row)}
          {typeof was.told_at === "string" && (
            <>
              , told <Time at={was.told_at} />
            </>
          )}
        </p>
      ))}
      <pre tabIndex={0}>{payloadText(JSON.stringify(row))}</pre>
    </>
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** What an actor's history tells as `former`: of each telling the fields that it had. */
function formerOf(former: unknown): Fields[] {
  if (!Array.isArray(former)) return [];
  return former.filter((one): one is Fields =>
    typeof one === "object" && one !== null
  );
}

/** The fields that differ: `price 189.5, high 190`. */
function wasText(was: Fields, row: Fields): string {
  return Object.entries(was)
    .filter(([name, value]) => name !== "told_at" && row[name] !== value)
    .map(([name, value]) =>
      `${heading(name).toLowerCase()} ${shortText(value)}`
    )
    .join(", ");
}
