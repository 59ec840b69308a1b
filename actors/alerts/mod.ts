/** Alerts: tells when prices, ratings and news are what somebody waits for. */
import { defineObserver, type Value } from "../../engine/actor.ts";
import { evaluate } from "./evaluate.ts";
import { seenIn } from "./observations.ts";
import { readAlerts, readFirings, readKnown, write } from "./stores.ts";

export default defineObserver({
  name: "alerts",
  title: "Alerts",
  description: "Fires when prices, ratings and news are as an alert has it.",
  consumes: ["quotes", "recommendations", "news"],
  permissions: { net: [] },

  async observe(given, { sql }): Promise<Value[]> {
    const events = given.filter((event) => seenIn(event) !== null);
    if (!events.length) return [];
    const symbols = [...new Set(events.map(({ symbol }) => symbol))].sort();
    const fired = await sql.begin(async (tx) => {
      const { alerts, any } = await readAlerts(tx, symbols);
      const known = await readKnown(tx, alerts, symbols, events);
      return await write(tx, known, evaluate(alerts, known, events), any);
    });
    const told_at = new Date().toISOString();
    return fired.map(({ id, alert, symbol, at, value, text }) => (
      { symbol, at, told_at, id, alert: alert.id, value, text }
    ));
  },

  /** What is delivered late is given up after a day; prices and articles it prunes by itself. */
  retention: [{ table: "alert_firings", at: "fired_at" }],

  async history(sql, { symbol, from = "-infinity", to = "infinity", limit }) {
    const rows = await readFirings(sql, symbol, from, to, limit);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() })).reverse();
  },
});
