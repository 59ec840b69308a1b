/** The rule of an alert, and what it says. */

/** What every rule has; the rest belongs to its kind. */
export interface AlertRule {
  /** `*`: every symbol. */
  readonly symbol: string;
  readonly when: "price" | "move" | "rating" | "news";
  readonly repeat: "rearm" | "once";
  readonly expires_at: string | null;
  readonly note: string;
  readonly [field: string]: string | number | null;
}

/** A rule in a few words: `IBM above 180.5`. */
export function ruleText(rule: AlertRule): string {
  const { symbol, when } = rule;
  const who = symbol === "*" ? "any symbol" : symbol;
  switch (when) {
    case "price":
      return `${who} ${rule.crosses} ${rule.value}`;
    case "move":
      return `${who} moves ${rule.percent} % within ${rule.minutes} min`;
    case "rating":
      return rule.change === "any"
        ? `${who}: the consensus changes`
        : `${who}: ${rule.change} of the consensus`;
    case "news":
      return `${who}: news with ${rule.words}`;
  }
}
