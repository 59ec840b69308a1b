/** Ready means that events can be handled: what stops them is told, with the way out, and so is its end. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres from "postgres";
import type { Message } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import type { Health } from "../host/health.ts";
import { addChaosActor, copyProject } from "./support/checkout.ts";
import { eventually, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const hash = "signalbox:latest:chaos";
const at = "2026-01-31T14:30:00.000Z";

function event(id: string, deed: string): Message {
  const attributes = { id, type: "signalbox.chaos", subject: id, time: at };
  const data = JSON.stringify({ n: 1, deed, once: false, when: "before" });
  return { key: id, attributes: { ...attributes, v: "1" }, data };
}

async function open() {
  const parts = [testDatabase(), testRedis(), copyProject()] as const;
  const [database, redis, root] = await Promise.all(parts);
  await addChaosActor(root);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // Of its own: other tests go on while its password is another.
  const role = `health_${crypto.randomUUID().slice(0, 8)}`;
  await sql.unsafe(`create role ${role} superuser login password 'right'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, "right"];
  const env = { DATABASE_URL: url.href, REDIS_URL: redis.url };
  const host = await startHost({ env, root });
  const broker = await connectBroker(redis.url);
  const raw = new Redis(redis.url);
  let n = 0;
  return {
    raw,
    sql,
    role,
    password: new URL(redis.url).password,
    host,
    async tell(deed = "none") {
      const id = `event ${n++}`;
      await broker.publish("chaos", [event(id, deed)]);
      return id;
    },
    isStored: async (id: string) =>
      (await sql`select from chaos_events where id = ${id}`).count === 1,
    health: async (): Promise<Health> =>
      await (await fetch(`${host.url}/readyz`)).json(),
    async [Symbol.asyncDispose]() {
      await host.kill();
      await broker.close();
      raw.disconnect();
      await redis.stop();
      await sql`drop owned by ${sql(role)} cascade`;
      await sql`drop role ${sql(role)}`;
      await sql.end();
      await database.drop();
    },
  };
}

type System = Awaited<ReturnType<typeof open>>;

interface Fault {
  readonly name: string;
  readonly reason: RegExp;
  cause(system: System): Promise<unknown>;
  mend(system: System): Promise<unknown>;
}

const database = (sql: System["sql"]) => sql.unsafe(sql.options.database);
/** A setting of a database holds for connections made later: the others have to end. */
const renew = (sql: System["sql"]) =>
  sql`
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

const faults: readonly Fault[] = [
  {
    name: "something else at the key of the latest values",
    reason: /chaos.*WRONGTYPE.*redis-cli DEL/,
    cause: ({ raw }) => raw.multi().del(hash).set(hash, "mine").exec(),
    mend: ({ raw }) => raw.del(hash),
  },
  {
    name: "the right to run scripts taken away",
    reason: /NOPERM.*rights that docs\/deploy\.md/,
    cause: ({ raw }) => raw.call("ACL", "SETUSER", "default", "-@scripting"),
    mend: ({ raw }) => raw.call("ACL", "SETUSER", "default", "+@all"),
  },
  {
    name: "Redis at its memory limit",
    reason: /OOM.*maxmemory/,
    cause: ({ raw }) => raw.config("SET", "maxmemory", "1"),
    mend: ({ raw }) => raw.config("SET", "maxmemory", "0"),
  },
  {
    name: "a PostgreSQL that takes no writes",
    reason: /read-only transaction.*primary/,
    async cause({ sql }) {
      const set = "set default_transaction_read_only = on";
      await sql`alter database ${database(sql)} ${sql.unsafe(set)}`;
      await renew(sql);
    },
    async mend({ sql }) {
      const set = "reset default_transaction_read_only";
      await sql`alter database ${database(sql)} ${sql.unsafe(set)}`;
      await renew(sql);
    },
  },
  {
    name: "the password of PostgreSQL changed",
    reason: /PostgreSQL refuses: password authentication failed.*DATABASE_URL/,
    async cause({ sql, role }) {
      await sql.unsafe(`alter role ${role} password 'wrong'`);
      await renew(sql);
    },
    mend: ({ sql, role }) => sql.unsafe(`alter role ${role} password 'right'`),
  },
  {
    name: "the password of Redis changed",
    reason: /Redis refuses: WRONGPASS.*REDIS_URL/,
    async cause({ raw }) {
      await raw.config("SET", "requirepass", "other");
      await raw.client("KILL", "TYPE", "normal", "SKIPME", "yes");
    },
    mend: ({ raw, password }) => raw.config("SET", "requirepass", password),
  },
  {
    name: "a Redis that became a replica",
    reason: /Redis refuses: .*READONLY.*primary/,
    cause: ({ raw }) => raw.replicaof("127.0.0.1", 1),
    mend: ({ raw }) => raw.replicaof("NO", "ONE"),
  },
  {
    name: "an actor's table renamed",
    reason: /chaos.*relation "chaos_\w+" does not exist.*put it back/,
    cause: ({ sql }) => sql`alter table chaos_events rename to away`,
    mend: ({ sql }) => sql`alter table away rename to chaos_events`,
  },
];

Deno.test("health is judged by whether events get on", async (t) => {
  await using system = await open();
  const { host, health, tell, isStored } = system;
  const ready = async () => (await health()).ready;
  await eventually(ready, 60_000);
  for (const { name, reason, cause, mend } of faults) {
    await t.step(name, async () => {
      await cause(system);
      // Redis at its limit takes no event either.
      const id = await tell().catch(() => null);
      const told = await eventually(async () => {
        const now = await health();
        return reason.test(now.reasons.join("\n")) ? now : null;
      }, 30_000);
      assert.equal(told.state, "not-ready");
      const page = await fetch(host.url);
      assert.ok([200, 503].includes(page.status), `page ${page.status}`);
      await page.body?.cancel();
      await mend(system);
      if (id) await eventually(() => isStored(id), 30_000);
      await eventually(ready, 30_000);
    });
  }
  await t.step("dead letters are told until somebody has looked", async () => {
    await tell("permanent");
    const told = await eventually(async () => {
      const now = await health();
      const text = now.warnings.join("\n");
      return /1 dead letter since/.test(text) ? now : null;
    }, 30_000);
    assert.equal(told.state, "degraded");
    const page = await fetch(`${host.url}/dead-letters`);
    assert.match(await page.text(), /permanent/);
    await eventually(async () => {
      const { warnings } = await health();
      return !warnings.some((one) => one.includes("dead letter"));
    });
  });
});
