/** What happens to one actor's isolate never reaches another, and it is replaced whatever ended it. */
import assert from "node:assert/strict";
import type { ActorStatus } from "../engine/status.ts";
import { sleep } from "../wait.ts";
import { bench, type Deed, event } from "./support/bench.ts";
import { eventually, startHost } from "./support/host.ts";

const restartsOf = (actor: ActorStatus) => actor.isolates[0]!.restarts;

/** What ends an isolate, and how that is told. */
const ends = {
  crash: /crash/,
  exit: /it exited/,
  loop: /no heartbeat/,
  hang: /no progress/,
};

Deno.test("whatever ends an isolate, it is replaced, the event is stored, and no other notices", (t) =>
  bench(async ({ tell, isStored, actor }) => {
    let restarts = 0;
    for (const [deed, why] of Object.entries(ends)) {
      await t.step(deed, async () => {
        await tell(`does ${deed}`, deed as Deed, true);
        await tell(`neighbour of ${deed}`);
        await eventually(() => isStored(`does ${deed}`));
        await eventually(() => isStored(`neighbour of ${deed}`));
        const chaos = await eventually(async () => {
          const now = await actor("chaos");
          const mended = now.state === "running" && restartsOf(now) > restarts;
          return mended && now.pending === 0 && now;
        });
        restarts = restartsOf(chaos);
        assert.match(chaos.isolates[0].last_error.message, why);
        for (const other of ["quotes", "news", "recommendations"]) {
          assert.equal(restartsOf(await actor(other)), 0, other);
        }
      });
    }
  }));

Deno.test("an event that always kills its isolate becomes a dead letter, and its neighbours are stored", () =>
  bench(async ({ broker, host, isStored, actor }) => {
    const batch = Array.from(
      { length: 100 },
      (_, n) => event(`event ${n}`, n === 42 ? "crash" : "none", false),
    );
    await broker.publish("chaos", batch);
    await eventually(
      async () => (await actor("chaos")).dead_letters === 1,
      60_000,
    );
    const { dead_letters } = await (await fetch(`${host.url}/api/dead-letters`))
      .json();
    assert.equal(dead_letters[0].event_id, "event 42");
    assert.equal(dead_letters[0].reason, "killed-its-isolate");
    for (let n = 0; n < 100; n++) {
      if (n !== 42) await eventually(() => isStored(`event ${n}`));
    }
    await eventually(async () => (await actor("chaos")).pending === 0);
  }));

Deno.test("a thread that was given up and computes to its end stores nothing any more", () =>
  bench(async ({ broker, host, isStored }) => {
    // So many that the client sends them at once, before Deno has a chance to end the thread.
    const batch = Array.from(
      { length: 100 },
      (_, n) => event(`event ${n}`, n === 42 ? "loop" : "none", false),
    );
    await broker.publish("chaos", batch);
    const [letter] = await eventually(async () => {
      const answer = await fetch(`${host.url}/api/dead-letters`);
      const { dead_letters } = await answer.json();
      return dead_letters.length === 1 && dead_letters;
    }, 60_000);
    assert.equal(letter.event_id, "event 42");
    // Each of those that were given up spins for 10 s, and goes on then.
    await sleep(12_000);
    assert.equal(await isStored("event 42"), false);
  }));

Deno.test("an actor in a crash loop has failed: the host says so, the others run, and a restart mends it", () =>
  bench(async ({ host, tell, actor, isStored }) => {
    // Each ends it a few times: more often than may be in a minute.
    for (let n = 0; n < 12; n++) await tell(`poison ${n}`, "crash");
    const failed = await eventually(async () => {
      const chaos = await actor("chaos");
      return chaos.state === "failed" && chaos;
    }, 90_000);
    assert.match(failed.isolates[0].last_error.message, /crash/);
    // The host is judged anew now and then, not at each question.
    const reasons = await eventually(async () => {
      const ready = await fetch(`${host.url}/readyz`);
      const { reasons } = await ready.json();
      return ready.status === 503 && reasons;
    });
    assert.match(reasons.join(), /chaos has failed: .*crash/);
    assert.equal((await actor("quotes")).state, "running");

    const restart = await fetch(`${host.url}/api/actors/chaos/restart`, {
      method: "POST",
    });
    await restart.body?.cancel();
    await tell("after the poison");
    await eventually(() => isStored("after the poison"), 180_000);
    await eventually(
      async () => (await actor("chaos")).dead_letters === 12,
      90_000,
    );
  }));

Deno.test("a paused actor reads nothing, stays paused over a restart of the host, and goes on where it was", () =>
  bench(async ({ host, env, root, tell, isStored, actor }) => {
    const ask = (url: string, verb: string) =>
      fetch(`${url}/api/actors/chaos/${verb}`, { method: "POST" });
    // A pause holds for an isolate that is only just loading, too.
    await (await ask(host.url, "restart")).body?.cancel();
    await (await ask(host.url, "pause")).body?.cancel();
    await eventually(async () => (await actor("chaos")).state === "paused");
    await tell("while paused");
    assert.equal(await host.stop(), 0, host.log());
    const again = await startHost({ env, root });
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.equal(await isStored("while paused"), false);
      await (await ask(again.url, "resume")).body?.cancel();
      await eventually(() => isStored("while paused"));
    } finally {
      await again.kill();
    }
  }));

Deno.test("another host takes over what a killed one had in hand", () =>
  bench(async ({ host, env, root, broker, sql, tell, isStored }) => {
    await tell("in hand", "hang", true);
    // Noted before the deed: the other host will not do it once more.
    await eventually(async () =>
      (await sql`select from chaos_deeds`).count === 1
    );
    await host.kill();
    const other = await startHost({ env, root });
    try {
      await eventually(() => isStored("in hand"));
      await eventually(async () =>
        (await broker.groups("chaos"))[0]!.pending === 0
      );
    } finally {
      await other.kill();
    }
  }, { HANDLE_TIMEOUT_MS: "60000" }));
