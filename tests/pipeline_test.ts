/** What an actor has done is known beyond the host that did it, and that the host was gone as well. */
import assert from "node:assert/strict";
import type { ActorStatus } from "../engine/status.ts";
import type { PipelineHistory, ToldEntry } from "../host/pipeline.ts";
import { bench } from "./support/bench.ts";
import { eventually, type Host, startHost } from "./support/host.ts";

const ask = async <T>(host: Host, path: string): Promise<T> =>
  await (await fetch(`${host.url}/api/${path}`)).json();

Deno.test("figures are written by each host, survive its end and its death, and are never counted twice", () =>
  bench(async ({ host, env, root, tell, isStored, sql }) => {
    const store = async (...ids: string[]) => {
      for (const id of ids) await tell(id);
      for (const id of ids) await eventually(() => isStored(id));
    };
    const counts = (host: Host, all: number) =>
      eventually(async () => {
        const chaos = await ask<ActorStatus>(host, "actors/chaos");
        return chaos.handled === all;
      });
    await store("a", "b", "c");
    assert.equal(await host.stop(), 0, host.log());
    const second = await startHost({ env, root });
    try {
      await counts(second, 3);
      await store("d", "e");
      const pause = `${second.url}/api/actors/chaos/pause`;
      await (await fetch(pause, { method: "POST" })).body?.cancel();
      await counts(second, 5);
    } finally {
      await second.kill();
    }
    const third = await startHost({ env, root });
    try {
      await counts(third, 5);
      const writers = await sql`
        select distinct writer from pipeline_minutes
        where actor = 'chaos' and events > 0`;
      assert.equal(writers.count, 2);
      const { points } = await ask<PipelineHistory>(
        third,
        "actors/chaos/history",
      );
      assert.ok(points.some(({ latency_p99_ms: late }) => late! > 0));
      // As if it had not been seen for a while.
      await sql`update host_runs set started_at = started_at - interval '1 hour',
        seen_at = seen_at - interval '1 hour', stopped_at = stopped_at - interval '1 hour'
        where id <> (select id from host_runs order by started_at desc limit 1)`;
      const { entries } = await ask<{ entries: ToldEntry[] }>(third, "journal");
      const told = entries.map(({ kind, detail }) => `${kind}: ${detail}`)
        .join("\n");
      assert.match(told, /paused: by a person/);
      assert.match(told, /down: .* was stopped; .* started/);
      assert.match(told, /down: .* ended without a word/);
    } finally {
      await third.kill();
    }
  }));
