/** What became of what was added, in words for people. */
import type { Outcome } from "../../host/services.ts";
import { plural } from "../../ui/numbers.ts";

type Told = Pick<Outcome, "outcome" | "symbol" | "name" | "reason">;

/** Of one that is on the list now. */
export function addedText({ symbol, name, reason }: Omit<Told, "outcome">) {
  if (reason) return reason;
  return `${name ? `${symbol} (${name})` : symbol} is on the watchlist.`;
}

/** How many were what. */
export function summaryText(
  outcomes: readonly Pick<Outcome, "outcome" | "confirmed">[],
) {
  const count = (kind: Outcome["outcome"]) =>
    outcomes.filter(({ outcome }) => outcome === kind).length;
  const open =
    outcomes.filter(({ outcome, confirmed }) =>
      outcome === "added" && !confirmed
    ).length;
  const parts = [
    `${plural(count("added"), "symbol")} added`,
    ...open ? [`${open} of them not confirmed by the market yet`] : [],
    ...count("known") ? [`${count("known")} already there`] : [],
    ...count("unknown") ? [`${count("unknown")} unknown`] : [],
    ...count("refused") ? [`${count("refused")} refused`] : [],
  ];
  return `${parts.join(", ")}.`;
}
