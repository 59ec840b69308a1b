/** Commands about the past: how an actor has fared, and what happened. */
import type { PipelineHistory, ToldEntry } from "../host/pipeline.ts";
import { path } from "./api.ts";
import { command, timeOf, UsageError } from "./command.ts";
import { duration, table } from "./table.ts";
import { timeHint } from "./times.ts";

const ranges = ["1h", "24h", "7d"];

const history = command({
  words: "<actor>",
  flags: { range: { type: "string", help: "1h (by minutes), 24h or 7d." } },
  summary: "How an actor has fared over the last hour, day or week.",
  details: "Over all hosts. A time that is missing is one in which none ran.",
  async run([actor], { api, flags: { range = "1h" }, answer }) {
    if (!ranges.includes(range)) {
      throw new UsageError(
        `there is no range "${range}", only ${ranges.join(", ")}`,
      );
    }
    const found = await api.get<PipelineHistory>(
      path`/api/actors/${actor}/history?range=${range}`,
    );
    const rows = table(found.points, [
      { heading: "AT (UTC)", cell: ({ at }) => at.slice(5, 16) },
      { heading: "EVENTS", cell: (one) => one.events, right: true },
      {
        heading: "P50",
        cell: (one) => duration(one.latency_p50_ms),
        right: true,
      },
      {
        heading: "P99",
        cell: (one) => duration(one.latency_p99_ms),
        right: true,
      },
      { heading: "LAG", cell: (one) => one.lag, right: true },
      { heading: "PENDING", cell: (one) => one.pending, right: true },
      { heading: "FAILURES", cell: (one) => one.failures, right: true },
      { heading: "CALLS", cell: (one) => one.calls, right: true },
      { heading: "QUOTA", cell: (one) => one.quota_remaining, right: true },
    ]);
    answer(found, found.points.length ? rows : "nothing is known yet");
  },
});

const journal = command({
  words: "",
  flags: {
    from: {
      type: "string",
      help: `Leaves out what ended before: ${timeHint}.`,
    },
    limit: { type: "string", help: "How many entries to show." },
  },
  summary: "What happened: restarts, pauses, failures, times of being down.",
  async run(_, { api, flags, answer, clock, time }) {
    const from = timeOf(flags.from, "--from", clock);
    const query = new URLSearchParams({ ...flags, ...from && { from } });
    const { entries } = await api.get<{ entries: ToldEntry[] }>(
      `/api/journal?${query}`,
    );
    const rows = table(entries, [
      { heading: "AT", cell: ({ at }) => time(at) },
      {
        heading: "FOR",
        cell: ({ at, until }) =>
          until && duration(Date.parse(until) - Date.parse(at)),
        right: true,
      },
      { heading: "WHAT", cell: ({ kind }) => kind },
      { heading: "ACTOR", cell: ({ actor }) => actor },
      { heading: "TIMES", cell: ({ count }) => count, right: true },
      { heading: "DETAIL", cell: ({ detail }) => detail },
    ]);
    answer(entries, entries.length ? rows : "nothing happened");
  },
});

export const historyCommands = { history, journal };
