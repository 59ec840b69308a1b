/** Years of quotes without waiting for them: what history is measured with. */
import type { Sql } from "postgres";

export const filledSymbols = 500;

/**
 * Fills `quotes` with `rows` in the order in which they would have come: every two minutes of each
 * session (14:30 to 21:00 UTC, Monday to Friday) one of each of the 500 symbols `S0`, `S1`, …
 */
export async function fillQuotes(sql: Sql, rows: number): Promise<void> {
  const each = Math.ceil(rows / filledSymbols);
  const chunk = 500;
  for (let from = 0; from < each; from += chunk) {
    await sql`
      insert into quotes (symbol, at, price, change, percent_change, high, low, open, previous_close)
      select 'S' || s, at, price, 0.5, 0.25, price + 1, price - 1, price, price - 0.5
      from generate_series(${from}::int, ${
      Math.min(each, from + chunk) - 1
    }::int) n
      cross join generate_series(0, ${filledSymbols - 1}) s
      cross join lateral (select
        timestamptz '2024-01-01 14:30Z' + make_interval(days => n / 195 / 5 * 7 + n / 195 % 5, mins => n % 195 * 2) as at,
        100 + s + 20 * sin(n / 900.0 + s) + 3 * sin(n / 41.0) as price) q
      order by n`;
  }
}
