/** One actor against another: with the logins that its isolate has, an actor reaches its own, and nothing else. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres, { type Sql } from "postgres";
import { loginOf, readDeployment, withLogin } from "../db/actor_login.ts";
import { ownRules } from "../db/redis_rights.ts";
import { ctl } from "./support/ctl.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

async function ask(host: Host, path: string, method = "GET") {
  const response = await fetch(host.url + path, { method });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const latestOf = (host: Host, signal: string) =>
  ask(host, `/api/signals/${signal}/latest`);

Deno.test("an actor's logins reach its own tables and keys, and nothing else", async (t) => {
  const [database, server] = await Promise.all([testDatabase(), testRedis()]);
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: server.url,
    WATCHLIST: "AAPL,MSFT",
    ACTOR_ROLES: "required",
  };
  const admin = postgres(database.url, { max: 1, onnotice: () => {} });
  const everything = new Redis(server.url);
  const host = await startHost({ env });
  const deployment = await readDeployment(admin);
  const loginAt = (name: "PostgreSQL" | "Redis", actor: string) =>
    loginOf(deployment, name, actor);
  const sql = postgres(
    withLogin(database.url, loginAt("PostgreSQL", "news")),
    { max: 1, onnotice: () => {} },
  );
  const redis = new Redis(withLogin(server.url, loginAt("Redis", "news")));
  try {
    await eventually(async () => {
      const all = ["quotes", "news", "recommendations"];
      const found = await Promise.all(all.map((name) => latestOf(host, name)));
      return found.every((one) => JSON.stringify(one).includes("MSFT"));
    });
    const { actors } = await ask(host, "/api/actors");
    for (const { name, shared_rights } of actors) {
      assert.equal(shared_rights, null, name);
    }
    await t.step("every isolate is logged in as its actor", async () => {
      const rows = await admin<{ usename: string; name: string }[]>`
        select distinct usename, application_name as name from pg_stat_activity
        where datname = current_database() and application_name like 'signalbox %'`;
      for (const { usename, name } of rows) {
        assert.ok(usename.endsWith(`_${name.split(" ")[1]}`), usename + name);
      }
      const clients = String(await everything.client("LIST"));
      for (const line of clients.trim().split("\n")) {
        const actor = / name=signalbox(?:-|:)(quotes|news)\b/.exec(line)?.[1];
        if (actor) assert.match(line, new RegExp(` user=\\S+_${actor} `));
      }
    });
    await t.step("what it does of its own works", async () => {
      await sql`select from news join news_symbols on news_id = id`;
      await sql`update news set summary = summary`;
      await sql`select from watchlist`;
      await redis.call("XLEN", "signalbox:stream:news");
      await redis.hget("signalbox:latest:news", "MSFT");
    });
    await t.step("PostgreSQL refuses the rest", () => refusesSql(sql));
    await t.step("it sees its own rows of what is shared", async () => {
      await admin`
        insert into incidents (actor, kind, detail, host)
        values ('quotes', 'a', 'b', 'c'), ('news', 'a', 'b', 'c'), (null, 'a', 'b', 'c')`;
      await admin`insert into attempts (topic, position, attempts) values ('quotes', '1-0', 1)`;
      const seen = await sql`select distinct actor from incidents`;
      assert.deepEqual([...seen], [{ actor: "news" }]);
      assert.equal((await sql`select from attempts`).count, 0);
      const traces = await sql`select distinct actor from event_traces`;
      assert.deepEqual([...traces], [{ actor: "news" }]);
      const foreign = sql`
        insert into attempts (topic, position, attempts) values ('quotes', '2-0', 1)`;
      await assert.rejects(foreign, { code: "42501" });
    });
    await t.step("Redis refuses the rest", () => refusesRedis(redis));
    await t.step(
      "users that Redis forgot are there again, and used",
      async () => {
        const { user } = loginAt("Redis", "quotes");
        await everything.call("ACL", "DELUSER", user);
        await everything.hdel("signalbox:latest:quotes", "AAPL");
        await everything.client("KILL", "TYPE", "normal", "SKIPME", "yes");
        await eventually(async () => {
          await ask(host, "/api/signals/quotes/scan", "POST");
          await ask(host, "/api/streams/quotes/replay", "POST");
          return JSON.stringify(await latestOf(host, "quotes")).includes(
            "AAPL",
          );
        });
        const { isolates } = await ask(host, "/api/actors/quotes");
        assert.equal(isolates[0].restarts, 0, host.log());
      },
    );
    assert.doesNotMatch(host.log(), /NOPERM|permission denied|share/);
  } finally {
    await host.kill();
    redis.disconnect();
    everything.disconnect();
    await Promise.all([sql.end(), admin.end()]);
    await server.stop();
    await database.drop();
  }
});

async function refusesSql(sql: Sql): Promise<void> {
  const forbidden = [
    "copy news from program 'id'",
    "copy news to program 'cat'",
    "copy news to '/tmp/news'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "drop table quotes",
    "drop table news",
    "truncate news",
    "alter table news disable trigger all",
    "select * from quotes",
    "delete from quotes",
    "select * from deployment",
    "select * from migrations",
    "insert into watchlist (symbol) values ('EVIL')",
    "delete from dead_letters",
    "create table evil ()",
    "create role evil",
    "set role postgres",
    "alter system set fsync = off",
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()",
  ];
  for (const statement of forbidden) {
    await assert.rejects(
      sql.unsafe(statement),
      (error: { code?: string }) =>
        error.code === "42501" ||
        assert.fail(`${statement}: ${JSON.stringify(error)}`),
      statement,
    );
  }
}

async function refusesRedis(redis: Redis): Promise<void> {
  const forbidden = [
    "CONFIG SET appendonly no",
    "CONFIG GET *",
    "HSET signalbox:latest:quotes MSFT {}",
    "HGET signalbox:latest:quotes MSFT",
    "XADD signalbox:stream:quotes * data evil",
    "XGROUP CREATE signalbox:stream:quotes evil 0",
    "XGROUP DESTROY signalbox:stream:news signalbox:news",
    "DEL signalbox:stream:quotes",
    "SET signalbox:instance:1 evil",
    "SET signalbox:deployment evil",
    "FLUSHALL",
    "FLUSHDB",
    "KEYS *",
    "SCAN 0",
    "SHUTDOWN",
    "ACL SETUSER evil on nopass +@all",
    "ACL LIST",
    "CLIENT LIST",
    "CLIENT KILL TYPE normal",
    "SELECT 1",
    "MONITOR",
    "REPLICAOF NO ONE",
    "PUBLISH elsewhere evil",
    "SUBSCRIBE signalbox:changes",
    "EVAL return redis.call('HSET','signalbox:latest:quotes','MSFT','{}') 0",
  ];
  for (const line of forbidden) {
    const [command, ...args] = wordsOf(line);
    await assert.rejects(
      redis.call(command!, ...args),
      /NOPERM|ACL failure|can't/,
      line,
    );
  }
}

/** A script is one word. */
function wordsOf(line: string): string[] {
  const script = /^EVAL (.*) 0$/.exec(line)?.[1];
  return script ? ["EVAL", script, "0"] : line.split(" ");
}

Deno.test("where Signalbox may make no logins it says so, and takes an administrator's", async () => {
  const [database, server] = await Promise.all([testDatabase(), testRedis()]);
  const admin = postgres(database.url, { max: 1, onnotice: () => {} });
  const everything = new Redis(server.url);
  const password = "0ne-of-its-own";
  const user = `role_${crypto.randomUUID().replaceAll("-", "")}`;
  await admin.unsafe(
    `create role ${user} login password '${password}';` +
      `grant usage, create on schema public to ${user}`,
  );
  const rules = ownRules.replace("+acl|setuser +acl|save", "").trim();
  const given = ["on", `>${password}`, ...rules.split(" ")];
  await everything.call("ACL", "SETUSER", user, ...given);
  const env = {
    DATABASE_URL: withLogin(database.url, { user, password }),
    REDIS_URL: withLogin(server.url, { user, password }),
    WATCHLIST: "AAPL,MSFT",
  };
  const sharedBy = async (host: Host) => {
    const { actors } = await ask(host, "/api/actors");
    return actors.map((one: { shared_rights: string | null }) =>
      one.shared_rights
    );
  };
  let host = await startHost({ env });
  try {
    for (const why of await sharedBy(host)) {
      assert.match(why, /no logins .*at Redis .*ctl roles --print/);
    }
    const told = host.log().match(/share Signalbox's rights.*/g) ?? [];
    assert.equal(told.length, 2, told.join("\n"));
    assert.match(told.join("\n"), /PostgreSQL[^]*Redis|Redis[^]*PostgreSQL/);
    const { out: advice } = await ctl(["doctor"], { PORT: String(host.port) });
    assert.match(advice, /could reach each other's data: no logins/);
    await host.stop();

    const { out } = await ctl(["roles", "--print"], env);
    const lines = out.split("\n");
    const after = (words: string) =>
      lines.filter((line) => line.startsWith(words));
    for (const line of [...after("do $$"), ...after("alter role")]) {
      await admin.unsafe(line);
    }
    for (const line of after("ACL SETUSER")) {
      const [command, ...args] = line.split(" ");
      await everything.call(command!, ...args);
    }
    host = await startHost({ env: { ...env, ACTOR_ROLES: "required" } });
    assert.deepEqual(new Set(await sharedBy(host)), new Set([null]));
    await eventually(async () =>
      JSON.stringify(await latestOf(host, "quotes")).includes("MSFT")
    );
  } finally {
    await host.kill();
    everything.disconnect();
    await admin.end();
    await server.stop();
    await database.drop();
  }
});
