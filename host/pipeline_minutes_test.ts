import assert from "node:assert/strict";
import { type Counts, mostKept, PipelineMinutes } from "./pipeline_minutes.ts";

const at = (text: string) => new Date(`2026-01-31T${text}Z`);
const seen = { lag: 0, pending: 0, quota_remaining: 60 };

const counts = (events: number, latency: number[] = [events, 0]): Counts => (
  { events, dead_letters: 0, failed_scans: 0, calls: events * 2, latency }
);

/** The minutes as they would be stored, which takes no time. */
function store(minutes: PipelineMinutes) {
  const all = minutes.unstored(100);
  minutes.stored(all);
  return all;
}

Deno.test("each minute has what came within it, and of what is seen the most, or of the quota the least", () => {
  const minutes = new PipelineMinutes();
  minutes.note(at("14:30:10"), "quotes", counts(5), { ...seen, lag: 9 });
  minutes.note(at("14:31:00"), "quotes", counts(7, [6, 1]), {
    lag: null,
    pending: 2,
    quota_remaining: 41,
  });
  minutes.note(at("14:31:10"), "quotes", counts(8, [6, 2]), seen);
  const [first, second] = store(minutes);
  const { writer: _, lagging_since: __, ...rest } = first!;
  assert.deepEqual(rest, {
    minute: "2026-01-31T14:30:00.000Z",
    actor: "quotes",
    events: 7,
    dead_letters: 0,
    failed_scans: 0,
    calls: 14,
    lag: 9,
    pending: 2,
    quota_remaining: 41,
    latency: [6, 1],
  });
  assert.deepEqual([second!.events, second!.calls, second!.latency], [1, 2, [
    0,
    1,
  ]]);
});

Deno.test("a minute is stored again as a whole when something is added to it, and kept until it is stored", () => {
  const minutes = new PipelineMinutes();
  minutes.note(at("14:30:10"), "quotes", counts(5), seen);
  const before = minutes.unstored(100);
  // Added while the first was on its way.
  minutes.note(at("14:30:20"), "quotes", counts(6), seen);
  minutes.stored(before);
  assert.deepEqual(store(minutes).map(({ events }) => events), [6]);
  minutes.note(at("14:30:30"), "quotes", counts(6), seen);
  assert.deepEqual(store(minutes), [], "nothing has changed");
  for (const minute of ["31", "32", "33"]) {
    minutes.note(at(`14:${minute}:30`), "quotes", counts(6), seen);
  }
  const kept = store(minutes).map(({ minute }) => minute.slice(14, 16));
  assert.deepEqual(kept, ["31", "32", "33"]);
});

Deno.test("a clock that was set back writes beside what is stored, and not over it", () => {
  const minutes = new PipelineMinutes();
  minutes.note(at("14:30:10"), "quotes", counts(5), seen);
  const [before] = store(minutes);
  minutes.note(at("14:31:10"), "quotes", counts(6), seen);
  minutes.note(at("14:30:50"), "quotes", counts(9), seen);
  const after = store(minutes).at(-1)!;
  assert.deepEqual([after.minute, after.events], [before!.minute, 3]);
  assert.notEqual(after.writer, before!.writer);
});

Deno.test("while nothing can be stored the newest minutes are kept, and the others counted as lost", () => {
  const minutes = new PipelineMinutes();
  const begin = at("00:00:10").getTime();
  for (let n = 0; n < mostKept + 10; n++) {
    minutes.note(new Date(begin + n * 60_000), "quotes", counts(n), seen);
  }
  const kept = minutes.unstored(mostKept * 2);
  assert.deepEqual([kept.length, minutes.lost], [mostKept, 10]);
  assert.equal(kept[0]!.minute, new Date(begin + 590_000).toISOString());
});

Deno.test("an actor is behind since the first look at which it was, until one at which it is not", () => {
  const minutes = new PipelineMinutes();
  const look = (time: string, lag: number | null) => {
    minutes.note(at(time), "quotes", counts(0), { ...seen, lag });
    return minutes.laggingSince("quotes")?.toISOString().slice(11, 19) ?? null;
  };
  assert.equal(look("14:30:00", 0), null);
  assert.equal(look("14:30:10", 4), "14:30:10");
  assert.equal(look("14:30:20", null), "14:30:10", "nobody can tell");
  assert.equal(look("14:31:00", 9), "14:30:10");
  assert.equal(look("14:31:10", 0), null);
  minutes.wasLagging(new Map([["quotes", at("13:00:00")]]));
  assert.equal(look("14:31:20", 1), "13:00:00", "as another host had seen it");
  const since = store(minutes).at(-1)!.lagging_since;
  assert.equal(since, "2026-01-31T13:00:00.000Z");
});
