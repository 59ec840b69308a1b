import assert from "node:assert/strict";
import { Outages } from "./outages.ts";

Deno.test("an outage lasts from the first look at which the host is not ready to the first at which it is", () => {
  const outages = new Outages();
  outages.note([], 0);
  assert.deepEqual(outages.untold(0), []);
  outages.note(["Redis is away for 3 s"], 10_000);
  outages.note(["PostgreSQL is away", "Redis is away for 13 s"], 20_000);
  const [open] = outages.untold(25_000);
  assert.deepEqual(open, {
    number: 1,
    detail: "Redis is away for 13 s; PostgreSQL is away",
    beganMsAgo: 15_000,
    endedMsAgo: 5_000,
  });
  outages.told(open!);
  assert.deepEqual(outages.untold(25_000), []);
  outages.note([], 30_000);
  const [over] = outages.untold(600_000);
  assert.deepEqual([over!.beganMsAgo, over!.endedMsAgo], [590_000, 570_000]);
  outages.note(["slow"], 700_000);
  assert.deepEqual(outages.untold(700_000).map(({ number }) => number), [1, 2]);
  for (const outage of outages.untold(700_000)) outages.told(outage);
  assert.deepEqual(outages.untold(700_000), []);
});
