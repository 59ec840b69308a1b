/** The rights that docs/deploy.md lists are enough: a host works with them, and is refused nothing. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { ownRules } from "../db/redis_rights.ts";
import postgres from "postgres";
import { eventually, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const page = await Deno.readTextFile(
  new URL("../docs/deploy.md", import.meta.url),
);
const password = "0ne-of-its-own";

function documented(start: RegExp): string {
  const [, text] = start.exec(page) ?? [];
  assert.ok(text, `docs/deploy.md has no ${start}`);
  return text.replace("PASSWORD", password);
}

Deno.test("Compose gives Signalbox the same rights at Redis", async () => {
  const script = new URL("../deploy/redis.sh", import.meta.url);
  assert.ok((await Deno.readTextFile(script)).includes(` ${ownRules}"`));
});

async function restrictedRedis(redis: Redis, url: string): Promise<string> {
  const line = documented(/^(ACL SETUSER signalbox .*)$/m);
  assert.ok(line.endsWith(` ${ownRules}`), "deno task dev has other rules");
  const [command, ...args] = line.split(" ");
  await redis.call(command!, ...args);
  const restricted = new URL(url);
  [restricted.username, restricted.password] = ["signalbox", password];
  return restricted.href;
}

async function restrictedDatabase(url: string, role: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const lines = documented(/```sql\n(create role signalbox [^`]*)```/);
  await sql.unsafe(lines.replaceAll("signalbox", role));
  await sql.end();
  const restricted = new URL(url);
  [restricted.username, restricted.password] = [role, password];
  return restricted.href;
}

Deno.test("a host works with the least rights that are documented", async () => {
  const [database, server] = await Promise.all([testDatabase(), testRedis()]);
  const redis = new Redis(server.url);
  const role = `role_${crypto.randomUUID().replaceAll("-", "")}`;
  const host = await startHost({
    env: {
      DATABASE_URL: await restrictedDatabase(database.url, role),
      REDIS_URL: await restrictedRedis(redis, server.url),
      WATCHLIST: "AAPL,MSFT",
      ACTOR_ROLES: "required",
      CLAIM_AFTER_MS: "500",
      SWEEP_EVERY_MS: "200",
    },
  });
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(host.url + path, { method });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return await response.json();
  };
  try {
    await eventually(async () => {
      const { signals } = await ask("/api/signals");
      const latest = await ask("/api/signals/quotes/latest");
      return signals.length === 3 && JSON.stringify(latest).includes("MSFT");
    });
    // A dead consumer, to be taken over; a replay; what pages look at.
    const [stream, group] = ["signalbox:stream:quotes", "signalbox:quotes"];
    await redis.xadd(stream, "*", "data", "no JSON");
    for (
      const [method, path] of [
        ["POST", "/api/streams/quotes/claim"],
        ["POST", "/api/streams/quotes/replay"],
        ["POST", "/api/signals/quotes/scan"],
        ["POST", "/api/actors/quotes/pause"],
        ["POST", "/api/actors/quotes/resume"],
        ["POST", "/api/actors/quotes/restart"],
        ["GET", "/api/streams/quotes"],
        ["GET", "/api/streams/quotes/pending"],
        ["GET", "/api/streams/quotes/events"],
      ] as const
    ) await ask(path, method);
    await eventually(async () =>
      (await redis.xpending(stream, group) as [number])[0] === 0
    );
    const health = await eventually(async () => {
      const now = await ask("/readyz");
      return now.ready ? now : null;
    });
    assert.notEqual(health.durability.loss_window_ms, undefined);
    const refused = await redis.call("ACL", "LOG") as unknown[][];
    assert.deepEqual(refused.map((entry) => entry.slice(0, 10)), []);
    assert.doesNotMatch(host.log(), /NOPERM|permission denied/);
  } finally {
    await host.kill();
    redis.disconnect();
    await server.stop();
    await database.drop();
  }
});
