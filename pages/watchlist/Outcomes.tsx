/** What became of many symbols, and which of a list the market does not know. */
import type { WatchlistEntry } from "../../db/watchlist.ts";
import type { Outcome } from "../../host/services.ts";
import { plural } from "../../ui/numbers.ts";
import { Card, CommandButton, CommandForm } from "../../ui/parts.tsx";
import { summaryText } from "./outcome_text.ts";

/** So many are told one by one; the problems first. */
const most = 200;

export function Outcomes({ of: outcomes }: { of: readonly Outcome[] }) {
  if (outcomes.length === 0) {
    return <p class="notice bad" role="alert">There is no symbol in it.</p>;
  }
  const wasAdded = ({ symbol }: Outcome) => Number(symbol !== null);
  const sorted = outcomes.toSorted((a, b) => wasAdded(a) - wasAdded(b));
  return (
    <Card id="outcomes" title="What became of them">
      <p role="status">{summaryText(outcomes)}</p>
      <details open={outcomes.length <= 20 || wasAdded(sorted[0]!) === 0}>
        <summary>Each of them</summary>
        <ul class="outcomes">
          {sorted.slice(0, most).map((outcome, i) => (
            <li key={i}>
              <strong>{outcome.given.slice(0, 60)}</strong> {textOf(outcome)}
            </li>
          ))}
        </ul>
        {outcomes.length > most && (
          <p class="small">
            and {outcomes.length - most} more, all as the last ones
          </p>
        )}
      </details>
    </Card>
  );
}

function textOf(outcome: Outcome): string {
  if (outcome.symbol === null) return `${outcome.outcome}: ${outcome.reason}`;
  if (outcome.outcome === "known") return "was there already";
  const { symbol, name, confirmed } = outcome;
  const which = name ? `${symbol} (${name})` : symbol;
  return confirmed
    ? `added: ${which}`
    : `added: ${which}; the market has yet to confirm it`;
}

interface UnknownProps {
  readonly entries: readonly WatchlistEntry[];
  readonly market: string;
  readonly list: number;
}

/** Nothing, unless there are such symbols. */
export function UnknownSymbols({ entries, market, list }: UnknownProps) {
  const unknown = entries.filter((entry) => entry.unknown_since !== null)
    .map((entry) => entry.symbol);
  if (unknown.length === 0) return null;
  const named = unknown.slice(0, 20).join(", ");
  const rest = unknown.length > 20 ? ` and ${unknown.length - 20} more` : "";
  return (
    <div class="notice warn">
      <span>
        {market} does not know {named}
        {rest}.
      </span>
      <CommandForm action="/" fields={{ list: String(list) }}>
        <CommandButton intent="remove-unknown">
          Remove {plural(unknown.length, "symbol")}
        </CommandButton>
      </CommandForm>
    </div>
  );
}
