import assert from "node:assert/strict";
import type { HostRun } from "../db/host_runs.ts";
import type { JournalEntry } from "../db/journal.ts";
import { merged, runEntries } from "./journal.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 14, minute));
const run = (
  host: string,
  from: number,
  to: number,
  end: HostRun["end"],
): HostRun => ({ host, started_at: at(from), ended_at: at(to), end });

const texts = (entries: readonly JournalEntry[]) =>
  entries.map(({ kind, host, at, until }) =>
    [kind, host, at.getUTCMinutes(), until?.getUTCMinutes() ?? null].join(" ")
      .trim()
  );

Deno.test("between two runs of one host Signalbox was down, and how the first ended is said", () => {
  const entries = runEntries([
    run("1", 0, 10, "stopped"),
    run("1", 12, 20, "lost"),
    run("1", 25, 30, null),
  ]);
  assert.deepEqual(texts(entries), [
    "host-started 1 0",
    "down  10 12",
    "down  20 25",
  ]);
  assert.match(entries[1]!.detail, /1 was stopped/);
  assert.match(entries[2]!.detail, /ended without a word/);
});

Deno.test("a host that ends while another runs takes nothing down", () => {
  const entries = runEntries([
    run("1", 0, 10, "lost"),
    run("2", 5, 30, null),
    run("3", 12, 30, null),
  ]);
  assert.deepEqual(texts(entries), [
    "host-started 1 0",
    "host-started 2 5",
    "host-started 3 12",
    "host-lost 1 10",
  ]);
});

Deno.test("a host whose name another one has is gone before its silence says so", () => {
  const entries = runEntries([run("1", 0, 10, null), run("1", 11, 12, null)]);
  assert.deepEqual(texts(entries), ["host-started 1 0", "down  10 11"]);
});

Deno.test("one list has both, the newest first, and nothing that ended before the last look", () => {
  const entry = (kind: string, from: number, to: number | null) => ({
    ...{ kind, actor: "quotes", host: "1", detail: "", count: 1, at: at(from) },
    until: to === null ? null : at(to),
  });
  const all = merged(
    [entry("paused", 3, null), entry("slot-failed", 4, 40)],
    [run("1", 0, 5, "stopped"), run("1", 20, 30, null)],
    at(4),
    10,
  );
  assert.deepEqual(all.map(({ kind }) => kind), ["slot-failed", "down"]);
});
