/** An actor may do whatever it can: the others, every page and /healthz answer as if nothing had happened. */
import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { copyProject } from "./support/checkout.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

/** What an actor is made of, with what one of them does instead of its work. */
function actor(name: string, { load = "", history = "", title = `"${name}"` }) {
  return `import { z } from "zod";
import { defineActor } from "../../engine/actor.ts";
${load}
export default defineActor({
  name: "${name}",
  title: ${title},
  description: "",
  schedule: "0 0 1 1 *",
  version: 1,
  schema: z.object({ n: z.number() }),
  permissions: { net: [] },
  async *produce(symbol, { now }) {
    yield { id: symbol, at: now.toISOString(), data: { n: 1 } };
  },
  async handle() {},
  async history(_sql, { symbol, limit }) {
    ${history}
    return [{ symbol, at: "2026-01-31T14:30:00.000Z", n: 1 }];
  },
});
`;
}

/** Once it runs: the isolate that only describes it is gone by then. */
const later = (deed: string) => `setTimeout(() => { ${deed} }, 1_500);`;

const reading = `
const readable = ["../../.env", "../../.git/config", "../../.data/secret", "../quotes/mod.ts"]
  .filter((path) => {
    try {
      return Deno.readTextFileSync(new URL(path, import.meta.url)) !== "";
    } catch (error) {
      return !(error instanceof Deno.errors.NotCapable);
    }
  });
const reached = await fetch("http://127.0.0.1:2000").then(() => true, (error) =>
  !(error instanceof Deno.errors.NotCapable));`;

const actors: Record<string, string> = {
  throws: "throw new Error('no such luck');",
  loops: actor("loops", { load: "for (;;);" }),
  exits: actor("exits", { load: later("Deno.exit(7);") }),
  closes: actor("closes", { load: later("self.close();") }),
  crashes: actor("crashes", { load: later("throw new Error('a crash');") }),
  rejects: actor("rejects", { load: later("Promise.reject('a reason');") }),
  posts: actor("posts", { load: later("self.postMessage(null);") }),
  speaks: actor("speaks", { load: `console.error("said\\naloud", { n: 1 });` }),
  // Not while its cache is warmed, by the newest row alone.
  stalls: actor("stalls", { history: "if (limit > 1) for (;;);" }),
  reads: actor("reads", {
    load: reading,
    title: `readable.join() + (reached ? " reached" : "") || "nothing"`,
  }),
  hoards: actor("hoards", {
    load: "globalThis.hoard = new Array(2e7).fill(0).map((_, n) => n + 0.5);",
  }),
};

async function start(): Promise<{ host: Host; stop(): Promise<void> }> {
  const [database, redis, root] = await Promise.all([
    testDatabase(),
    testRedis(),
    copyProject(),
  ]);
  for (const [name, text] of Object.entries(actors)) {
    await Deno.mkdir(`${root}actors/${name}`);
    await Deno.writeTextFile(`${root}actors/${name}/mod.ts`, text);
  }
  await Deno.mkdir(`${root}.git`);
  await Deno.mkdir(`${root}.data`);
  for (const secret of [".env", ".git/config", ".data/secret"]) {
    await Deno.writeTextFile(`${root}${secret}`, "a secret");
  }
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    WATCHLIST: "AAPL",
    HANG_AFTER_MS: "5000",
    LOG_FORMAT: "json",
  };
  const host = await startHost({ env, root, untilListening: true });
  return {
    host,
    async stop() {
      await host.kill();
      await redis.stop();
      await database.drop();
    },
  };
}

/** How long a page takes, and its text. */
async function look(url: string): Promise<{ text: string; tookMs: number }> {
  const began = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, url);
  return { text, tookMs: performance.now() - began };
}

Deno.test("whatever an actor does, the others, every page and /healthz answer", async (t) => {
  const { host, stop } = await start();
  // deno-lint-ignore no-explicit-any -- the API's answers
  const get = async (path: string): Promise<any> =>
    JSON.parse((await look(host.url + path)).text);
  // deno-lint-ignore no-explicit-any -- the API's answers
  const named = async (name: string): Promise<any> =>
    (await get("/api/actors")).actors.find(
      (one: { name: string }) => one.name === name,
    );
  const lastError = async (name: string) =>
    (await named(name))?.isolates[0]?.last_error?.message ?? "";
  let slowest = 0;
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      slowest = Math.max(slowest, (await look(`${host.url}/healthz`)).tookMs);
      await sleep(100);
    }
  })();
  try {
    await t.step("the good ones run while another still loads", async () => {
      await eventually(async () =>
        (await get("/api/signals/quotes/latest")).values.length === 1
      );
      const { broken } = await get("/api/actors");
      assert.ok(!broken.some(({ name }: { name: string }) => name === "loops"));
    });

    for (
      const [name, why] of Object.entries({
        exits: /it exited/,
        closes: /it exited/,
        crashes: /a crash/,
        rejects: /a reason/,
        posts: /posted a message/,
      })
    ) {
      await t.step(`${name}: it is replaced, and that is told`, async () => {
        await eventually(async () => why.test(await lastError(name)));
        await eventually(async () =>
          (await named(name)).isolates[0].restarts > 0
        );
      });
    }

    await t.step("what cannot be loaded is told, and left aside", async () => {
      const broken = await eventually(async () => {
        const { broken } = await get("/api/actors");
        return broken.length === 2 && broken;
      });
      const of = (name: string) =>
        broken.find((one: { name: string }) => one.name === name).error;
      assert.match(of("throws"), /no such luck/);
      assert.match(of("loops"), /was not loaded within/);
    });

    await t.step("an actor reads its code, and nothing else", async () => {
      assert.equal((await named("reads")).title, "nothing");
    });

    await t.step("a history that never ends holds up no page", async () => {
      await eventually(async () => (await named("stalls")).state === "running");
      const asking = fetch(
        `${host.url}/api/signals/stalls/history?symbol=AAPL`,
      );
      for (const page of ["/", "/symbols/AAPL", "/actors", "/healthz"]) {
        const { text, tookMs } = await look(host.url + page);
        assert.ok(tookMs < 4_000, `${page} took ${tookMs} ms`);
        if (page === "/symbols/AAPL") {
          assert.match(text, /history cannot be read now/);
        }
      }
      const answer = await asking;
      await answer.body?.cancel();
      assert.equal(answer.status, 503);
      await eventually(async () =>
        /no heartbeat/.test(await lastError("stalls"))
      );
    });

    await t.step("the good ones did not notice", async () => {
      for (const name of ["quotes", "news", "recommendations", "hoards"]) {
        assert.equal((await named(name)).isolates[0].restarts, 0, name);
        assert.equal((await named(name)).state, "running", name);
      }
    });
  } finally {
    watching.abort();
    await watch;
    await stop();
  }
  assert.ok(slowest < 1_000, `/healthz took ${slowest} ms`);
  const lines = host.log().split("\n").filter(Boolean);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
  const spoken = lines.map((line) => JSON.parse(line))
    .find(({ message }) => message.startsWith("said"));
  assert.equal(spoken.level, "error");
  assert.match(spoken.message, /aloud/);
});

Deno.test("a host leaves at once, also while an actor still loads", async () => {
  const { host, stop } = await start();
  try {
    await eventually(async () =>
      (await (await fetch(`${host.url}/api/signals`)).json()).signals.length > 2
    );
    const began = performance.now();
    assert.equal(await host.stop(), 0);
    assert.ok(performance.now() - began < 8_000);
  } finally {
    await stop();
  }
});
