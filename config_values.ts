/** Reads single values of the environment for config.ts, and collects what is wrong with them. */
import { parseCron } from "./engine/cron.ts";
import { parseSymbol } from "./market/market.ts";

/** Says which variables are wrong, with their values and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Never shown, and taken out of the environment once they are read. */
export const secrets = [
  "FINNHUB_API_KEY",
  "ACCESS_TOKEN",
  "DATABASE_URL",
  "REDIS_URL",
  "BROKER_URL",
  "ALERT_WEBHOOK_URL",
  "ALERT_WEBHOOK_SECRET",
  "SMTP_URL",
];

export class ConfigValues {
  readonly #problems: string[] = [];

  constructor(private readonly values: Record<string, string>) {}

  has(name: string): boolean {
    return Boolean(this.values[name] || this.values[`${name}_FILE`]);
  }

  problem(name: string, value: string, allowed: string): void {
    const shown = secrets.includes(name) ? "the value" : JSON.stringify(value);
    this.#problems.push(`${name}: ${shown} is not allowed; ${allowed}`);
  }

  /** The value, or the content of the file that `<NAME>_FILE` names. */
  text(name: string): string | undefined {
    const file = this.values[`${name}_FILE`];
    if (!file || this.values[name]) {
      return this.values[name]?.trim() || undefined;
    }
    try {
      return Deno.readTextFileSync(file).trim() || undefined;
    } catch (error) {
      const { message } = error as Error;
      const allowed = `it must name a readable file (${message})`;
      this.problem(`${name}_FILE`, file, allowed);
      return undefined;
    }
  }

  matching(name: string, pattern: RegExp, allowed: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !pattern.test(value)) {
      this.problem(name, value, `allowed: ${allowed}`);
    }
    return value;
  }

  number(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      this.problem(name, text, `allowed: a whole number from ${min} to ${max}`);
    }
    return value;
  }

  choice<const Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: Choice,
  ): Choice {
    const value = this.text(name) ?? fallback;
    const choice = choices.find((choice) => choice === value);
    if (choice === undefined) {
      this.problem(name, value, `allowed: ${choices.join(", ")}`);
    }
    return choice ?? fallback;
  }

  url(name: string, schemes: readonly string[]): string {
    const value = this.text(name);
    const allowed = `allowed: an address that begins with ${
      schemes.map((s) => `${s}//`).join(" or ")
    }`;
    if (value === undefined) {
      this.#problems.push(
        `${name} is not set; ${allowed}. "deno task dev" starts a private server and sets it`,
      );
    } else if (
      !schemes.some((scheme) => value.startsWith(`${scheme}//`)) ||
      !parses(value)
    ) {
      this.problem(name, value, allowed);
    }
    return value ?? "";
  }

  symbols(name: string, fallback: string): string[] {
    const given = (this.text(name) ?? fallback).split(",")
      .map((symbol) => symbol.trim()).filter(Boolean);
    const symbols = given.map((text) => {
      const symbol = parseSymbol(text);
      if (symbol === null) {
        this.problem(name, text, "allowed: symbols like AAPL,BRK.B");
      }
      return symbol ?? text;
    });
    return [...new Set(symbols)];
  }

  cron(name: string): string {
    const value = this.text(name) ?? "";
    try {
      parseCron(value);
    } catch (error) {
      this.problem(name, value, (error as Error).message);
    }
    return value;
  }

  perActor<Value>(
    prefix: string,
    read: (name: string) => Value,
  ): Record<string, Value> {
    const names = Object.keys(this.values)
      .filter((name) => name.startsWith(prefix) && this.has(name));
    return Object.fromEntries(
      names.map((name) => [
        name.slice(prefix.length).toLowerCase(),
        read(name),
      ]),
    );
  }

  finish(): void {
    if (this.#problems.length) throw new ConfigError(this.#problems.join("\n"));
  }
}

/** Of the words the one that was meant, as a rule: at most two letters are wrong; undefined if none is near. */
export function nearestOf(
  given: string,
  words: readonly string[],
): string | undefined {
  const near = words.map((word) => ({ word, far: distance(given, word) }))
    .filter(({ far, word }) => far <= 2 && far < word.length / 2);
  return near.sort((a, b) => a.far - b.far)[0]?.word;
}

/** Letters to add, take away, change, or swap with their neighbour. */
export function distance(a: string, b: string): number {
  const rows = [...Array(a.length + 1)].map((_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]![j] = Math.min(
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + same,
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
  }
  return rows[a.length]![b.length]!;
}

function parses(url: string): boolean {
  // Several hosts (kafka://a:9092,b:9092, Sentinel) are no URL to the parser: try the first.
  return URL.canParse(url) || URL.canParse(url.replace(/,[^/]*/, ""));
}
