/** What a redrive and a replay say of how they ended is so: by `ctl`, by the API and on the page. */
import assert from "node:assert/strict";
import { createDeadLetters } from "../db/dead_letters.ts";
import { bench, type Deed, event } from "./support/bench.ts";
import { ctl } from "./support/ctl.ts";
import { eventually, startHost } from "./support/host.ts";

Deno.test("a redrive and a replay tell what failed, and one event is one letter", (t) =>
  bench(async ({ host, tell, actor, isStored }) => {
    const run = (...args: string[]) => ctl(args, { PORT: String(host.port) });
    const get = async (path: string) => {
      const response = await fetch(host.url + path);
      // deno-lint-ignore no-explicit-any -- the answers are checked by what the test asserts of them
      return await response.json() as any;
    };
    const letters = async () =>
      (await get("/api/dead-letters?state=all")).dead_letters;
    const idOf = async (event: string): Promise<string> =>
      (await get(`/api/dead-letters?search=${event}`)).dead_letters[0].id;
    const deeds: Deed[] = ["throw", ...Array(4).fill("permanent")];
    for (const [n, deed] of deeds.entries()) await tell(`poison-${n}`, deed);
    for (let n = 0; n < 12; n++) await tell(`good-${n}`);
    await eventually(async () => (await actor("chaos")).dead_letters === 5);
    await eventually(() => isStored("good-11"));

    await t.step("a replay counts what failed, and exits with 1", async () => {
      const { code, out } = await run("replay", "chaos");
      assert.equal(code, 1, out);
      assert.match(out, /^17 events replayed, 5 of them failed/);
      assert.match(out, /poison-\d failed: permanent: permanent: poison-\d/);
      const replay = await get("/api/streams/chaos/replay");
      assert.deepEqual([replay.state, replay.done, replay.failed], [
        "done",
        17,
        5,
      ]);
      const page = await (await fetch(`${host.url}/streams/chaos`)).text();
      assert.match(page, /Replay done, 5 failed/);
      const found = await letters();
      assert.equal(found.length, 5, "one letter for each event");
      assert.ok(
        found.every((one: { state: string; failures: number }) =>
          one.state === "failed-again" && one.failures === 2
        ),
      );
    });

    await t.step("what fails again is told, under its id", async () => {
      const id = await idOf("poison-3");
      const { code, out } = await run("redrive", id);
      assert.equal(code, 1, out);
      assert.match(out, /^1 redriven, 0 handled, 1 failed again/);
      assert.match(out, new RegExp(`${id} failed again: permanent: `));
      const letter = await get(`/api/dead-letters/${id}`);
      assert.equal(letter.state, "failed-again");
      assert.deepEqual(
        letter.history.map((one: { what: string }) => one.what),
        ["failed", "failed", "redriven", "failed"],
      );
      const page = await (await fetch(`${host.url}/dead-letters/${id}`)).text();
      assert.match(page, /Failed again: permanent/);
      assert.match(page, /redriven by ctl/);
      assert.equal((await letters()).length, 5);
    });

    await t.step("what can be handled by now is told as handled", async () => {
      await tell("mended", "permanent", true);
      await eventually(async () => (await actor("chaos")).dead_letters === 6);
      const id = await idOf("mended");
      const { code, out } = await run("redrive", id);
      assert.deepEqual([code, out.trim()], [0, "1 redriven, 1 handled"]);
      assert.ok(await isStored("mended"));
      assert.equal((await get(`/api/dead-letters/${id}`)).state, "handled");
      const open = await get("/api/dead-letters");
      assert.equal(open.total, 5, "nothing is to be done about it any more");
    });

    await t.step("what a replay handles is told as handled", async () => {
      await tell("healed", "permanent", true);
      await eventually(async () =>
        (await get("/api/dead-letters")).total === 6
      );
      const id = await idOf("healed");
      await run("replay", "chaos");
      assert.equal((await get(`/api/dead-letters/${id}`)).state, "handled");
    });

    await t.step("an id that is not there is an error", async () => {
      const { code, err } = await run("redrive", "987654");
      assert.equal(code, 1);
      assert.match(err, /There is no dead letter 987654/);
    });
  }));

Deno.test("a host killed in the middle of a redrive loses no letter, and leaves none that stays wrong", () =>
  bench(async ({ host, env, root, sql }) => {
    const store = createDeadLetters(sql);
    const count = 5_000;
    const letters = Array.from({ length: count }, (_, n) => ({
      actor: "chaos",
      topic: "chaos",
      position: `${n}`,
      message: event(`event ${n}`, "none", false),
      reason: "permanent" as const,
      error: "not mended yet",
      stack: null,
      attempts: 1,
    }));
    await store.add(letters);
    const redrive = fetch(`${host.url}/api/dead-letters/redrive`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ filter: {} }),
    }).catch(() => null);
    await eventually(async () => await store.count({ state: "handled" }) > 0);
    await host.kill();
    await redrive;
    assert.ok(await store.count() > 0, "it was killed too late for this test");
    const other = await startHost({ env, root });
    try {
      const port = { PORT: String(other.port) };
      const { code, out } = await ctl(["redrive", "--all"], port);
      assert.equal(code, 0, out);
      assert.equal(await store.count({ state: "handled" }), count);
      const [stored] = await sql`select count(*)::int as n from chaos_events`;
      assert.equal(stored!.n, count);
    } finally {
      await other.kill();
    }
  }));
