/** What a hostile actor says and does, against the main isolate that hears it. */
import assert from "node:assert/strict";
import { describeActor } from "../engine/discovery.ts";
import { Isolate } from "../engine/isolate.ts";
import { startApi } from "./support/api_system.ts";
import { eventually } from "./support/host.ts";
import { workerEntry } from "../host/isolate_settings.ts";

const beat = "{ kind: 'beat', beat: { handled: 0, dead_lettered: 0, " +
  "last_read_at: null, stalled_ms: 0, in_hand: false, handled_age_ms: null, " +
  "waiting: null } }";
const nothing = { net: false, read: false, env: false } as const;

/** An isolate that says `kind: "running"`, and then does a deed at each thing that it is told. */
function isolate(deed: string) {
  const code = `self.onmessage = ({ data: { port } }) => {
    const say = (message) => port.postMessage(message);
    port.onmessage = ({ data }) => {
      if (data.kind === "start") say({ kind: "running" });
      else { ${deed} }
    };
  };`;
  const running = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Error | null>();
  const isolate = new Isolate({
    entry: new URL(`data:application/javascript,${encodeURIComponent(code)}`),
    settings: {
      name: "deed",
      module: "",
      log: { level: "error", format: "text", exported: "ignore", name: "deed" },
      replica: 0,
      consumer: "deed",
      paused: false,
      servers: {},
    },
    permissions: nothing,
    hangAfterMs: 2_000,
    handleTimeoutMs: 60_000,
    onRunning: running.resolve,
    onBeat() {},
    onEnd: ended.resolve,
  });
  return { isolate, running: running.promise, ended: ended.promise };
}

const liars: Record<string, [deed: string, why: RegExp]> = {
  "says twice that it runs": ["say({ kind: 'running' })", /out of turn/],
  "describes itself while it runs": [
    "say({ kind: 'described', description: { name: 'x', title: 'x', " +
    "description: '', schedule: '* * * * *', market_hours: false, version: 1, " +
    "schema: {}, net: [] } })",
    /out of turn/,
  ],
  "answers twice": [
    "for (let n = 0; n < 2; n++) say({ kind: 'answer', id: data.id, result: 1 })",
    /"answer" without being asked/,
  ],
  "refuses what it has answered": [
    "say({ kind: 'answer', id: data.id, result: 1 });" +
    "say({ kind: 'refusal', id: data.id, reason: 'actor', message: 'no' })",
    /"refusal" without being asked/,
  ],
  "answers what nobody asked": [
    "say({ kind: 'answer', id: 77, result: 1 })",
    /"answer" without being asked/,
  ],
  "answers a count with rows": [
    "say({ kind: 'rows', id: data.id, rows: [] })",
    /answered claim with rows/,
  ],
};

Deno.test("an isolate that speaks out of turn is ended, with why", async (t) => {
  for (const [name, [deed, why]] of Object.entries(liars)) {
    await t.step(name, async () => {
      const { isolate: one, running, ended } = isolate(deed);
      await running;
      await one.ask("claim", {}).catch(() => {});
      assert.match((await ended)?.message ?? "", why);
    });
  }
});

const floods: Record<string, string> = {
  beats: `for (const end = Date.now() + 1_500; Date.now() < end;) say(${beat})`,
  "messages of no kind":
    "for (const end = Date.now() + 1_500; Date.now() < end;) say({ kind: 'loaded' })",
  "progress of what is asked":
    "for (const end = Date.now() + 1_500; Date.now() < end;) say({ kind: 'progress', id: data.id, done: 1, total: 1, failed: 0 })",
};

Deno.test("millions of messages end their isolate, and hold nothing else up", async (t) => {
  for (const [name, deed] of Object.entries(floods)) {
    await t.step(name, async () => {
      const { isolate: one, running, ended } = isolate(deed);
      await running;
      const before = Deno.memoryUsage().rss;
      let latest = performance.now();
      let longestMs = 0;
      const looking = setInterval(() => {
        const now = performance.now();
        longestMs = Math.max(longestMs, now - latest);
        latest = now;
      }, 20);
      await one.ask("claim", {}).catch(() => {});
      const reason = await ended;
      clearInterval(looking);
      longestMs = Math.max(longestMs, performance.now() - latest);
      assert.match(reason?.message ?? "", /more than 5000 things|must not/);
      assert.ok(longestMs < 1_000, `held up for ${longestMs} ms`);
      const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
      assert.ok(grown < 200, `${grown} MB more`);
    });
  }
});

Deno.test("what is no well-formed beat keeps no isolate alive", async () => {
  const { isolate: one, running, ended } = isolate(
    "const { id } = data; setInterval(() => " +
      "say({ kind: 'progress', id, done: 1, total: 1, failed: 0 }), 50)",
  );
  await running;
  await one.ask("claim", {}).catch(() => {});
  assert.match((await ended)?.message ?? "", /no heartbeat/);
});

Deno.test("a long history comes in parts, and never with more rows than are allowed", async () => {
  const row = "{ symbol: 'AAPL', at: '2026-01-31T14:30:00.000Z' }";
  const { isolate: one, running, ended } = isolate(
    `const rows = new Array(1_000).fill(${row});
     const parts = data.body.limit / 1_000;
     for (let n = 1; n < parts; n++) say({ kind: 'rows', id: data.id, rows });
     say({ kind: 'answer', id: data.id, result: rows });`,
  );
  await running;
  const rows = await one.ask("history", { symbol: "AAPL", limit: 5_000 });
  assert.equal(rows.length, 5_000);
  const tooMany = one.ask("history", { symbol: "AAPL", limit: 101_000 });
  await assert.rejects(tooMany, /more than 100000 rows/);
  await ended;
});

const deeds: Record<string, string> = {
  "Deno.kill": "Deno.kill(Deno.pid)",
  "process.kill": "(await import('node:process')).default.kill(Deno.pid)",
  "a named import of it": "(await import('node:process')).kill(Deno.pid)",
  "process._kill": "process._kill(Deno.pid, 15)",
  "its own back again":
    "delete Deno.kill; Object.defineProperty(Deno, 'kill', { value: 1 })",
  "a Worker of its own":
    "new Worker('data:application/javascript,Deno.kill(Deno.pid)', { type: 'module' })",
  "another process": "new Deno.Command('kill').spawn()",
};

Deno.test("an actor signals no process, and starts none", async () => {
  const folder = await Deno.makeTempDir();
  const tries = Object.entries(deeds).map(([name, deed]) =>
    `try { ${deed}; title += "${name}; "; } catch { /* as it should be */ }`
  );
  const zod = import.meta.resolve("zod");
  await Deno.writeTextFile(
    `${folder}/mod.ts`,
    `let title = "did: ";
    ${tries.join("\n")}
    export default {
      name: "kills", title, description: "", schedule: "* * * * *", version: 1,
      schema: (await import("${zod}")).z.object({}), permissions: { net: [] },
      produce() {}, handle() {}, history() {},
    };`,
  );
  try {
    const { title } = await describeActor({
      entry: workerEntry,
      permissions: { ...nothing, read: true, env: true, run: false },
      actor: {
        name: "kills",
        module: new URL(`file://${folder}/mod.ts`).href,
        log: {
          level: "error",
          format: "text",
          exported: "ignore",
          name: "deed",
        },
      },
    });
    assert.equal(title.trim(), "did:");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("so many follow the events, in all and from an address, and no more", async () => {
  await using api = await startApi();
  const open: Response[] = [];
  const follow = async (from: string) => {
    const headers = { "x-forwarded-for": from };
    const response = await api.call("/api/events", { headers });
    if (response.ok) open.push(response);
    else await response.body?.cancel();
    return response;
  };
  for (let n = 0; n < 4; n++) {
    assert.equal((await follow("192.0.2.1")).status, 200);
  }
  const fifth = await follow("192.0.2.1");
  assert.equal(fifth.status, 429);
  assert.equal(fifth.headers.get("retry-after"), "30");
  for (let n = 2; n < 6; n++) {
    assert.equal((await follow(`192.0.2.${n}`)).status, 200);
  }
  assert.equal((await follow("192.0.2.9")).status, 503);
  const metrics = await (await api.call("/metrics")).text();
  assert.match(metrics, /^signalbox_event_clients 8$/m);
  await open.pop()?.body?.cancel();
  await eventually(async () => (await follow("192.0.2.9")).status === 200);
  for (const response of open) await response.body?.cancel();
});

Deno.test("500 requests that are never sent to their end are let go, and others answered meanwhile", async () => {
  await using api = await startApi({}, {
    headersMs: 1_000,
    requestMs: 2_000,
    answerMs: 60_000,
    idleMs: 60_000,
  });
  const port = Number(new URL(api.url).port);
  const head = "POST / HTTP/1.1\r\nHost: localhost\r\n";
  const body = "Content-Type: application/x-www-form-urlencoded\r\n" +
    "Content-Length: 99\r\n\r\nsymbol=";
  const halves = Array.from({ length: 500 }, async (_, n) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const text = n % 2 ? head : head + body;
    await connection.write(new TextEncoder().encode(text));
    return await new Response(connection.readable).text();
  });
  const beside = await api.call("/healthz");
  assert.deepEqual(await beside.json(), { status: "ok" });
  for (const text of await Promise.all(halves)) {
    assert.match(text, /^HTTP\/1\.1 408 /);
  }
});

Deno.test("of long histories few are sent at a time, in parts, and the others keep their places", async () => {
  await using api = await startApi();
  const rows = Array.from({ length: 100_000 }, (_, n) => ({
    symbol: "AAPL",
    at: new Date(n * 60_000).toISOString(),
    price: n + 0.5,
    text: "=1",
  }));
  const { values } = api.services;
  const { history } = values;
  values.history = (_, { to, limit }) => {
    const end = to ? Math.floor(Date.parse(to) / 60_000) + 1 : rows.length;
    return Promise.resolve(rows.slice(0, end).slice(-limit));
  };
  try {
    const path = "/api/signals/quotes/history?symbol=AAPL&limit=100000";
    const [json, csv] = [
      await api.call(path),
      await api.call(`${path}&format=csv&safe=1`),
    ];
    const refused = await api.call(`${path}&format=csv`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "3");
    await refused.body?.cancel();
    const beside = await api.call("/healthz");
    assert.deepEqual(await beside.json(), { status: "ok" });
    const { rows: read } = await json.json();
    assert.deepEqual([read.length, read.at(-1)], [100_000, rows.at(-1)]);
    const lines = (await csv.text()).split("\r\n");
    assert.deepEqual([lines.length, lines[1]?.endsWith(",'=1")], [
      100_002,
      true,
    ]);
    const again = await api.call(path);
    assert.equal(again.status, 200);
    await again.body?.cancel();
  } finally {
    values.history = history;
  }
});
