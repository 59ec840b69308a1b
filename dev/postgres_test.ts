import assert from "node:assert/strict";
import postgres from "postgres";
import { orphan, serverFolder } from "../tests/support/orphan.ts";
import { cacheFolder, newCluster } from "../tests/support/servers.ts";
import { commandLine } from "./command.ts";
import { startPostgres } from "./postgres.ts";

async function start(dir: string) {
  return await startPostgres({ dir, cache: await cacheFolder() });
}

async function query(url: string, statement: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const rows = await sql.unsafe(statement);
  await sql.end();
  return [...rows];
}

Deno.test("PostgreSQL keeps its data and its address over a restart", async () => {
  const dir = await newCluster();
  const first = await start(dir);
  await query(first.url, "create table kept as select 7 as n");
  await first.stop();
  const second = await start(dir);
  assert.equal(second.url, first.url);
  assert.deepEqual(await query(second.url, "select n from kept"), [{ n: 7 }]);
  await second.stop();
});

Deno.test("PostgreSQL waits for the disk, and is reached on loopback only", async () => {
  const server = await start(await newCluster());
  const rows = await query(
    server.url,
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'listen_addresses') order by name",
  );
  assert.deepEqual(rows.map((row) => row.setting), ["on", "127.0.0.1", "on"]);
  const open = new URL(server.url);
  open.password = "wrong";
  await assert.rejects(query(open.href, "select 1"), { code: "28P01" });
  await server.stop();
});

Deno.test("a PostgreSQL whose parent was killed is taken over with its data", async () => {
  const dir = await newCluster();
  const { url, pid } = await orphan("postgres", dir);
  await query(url, "create table kept as select 7 as n");
  const server = await start(dir);
  assert.notEqual(server.pid, pid);
  assert.equal(await commandLine(pid), "");
  assert.deepEqual(await query(server.url, "select n from kept"), [{ n: 7 }]);
  await server.stop();
});

Deno.test("a process that only has the id of an old PostgreSQL is left alone", async () => {
  const dir = await newCluster();
  await (await start(dir)).stop();
  await using bystander = new Deno.Command("sleep", { args: ["60"] }).spawn();
  await Deno.writeTextFile(`${dir}/data/postmaster.pid`, `${bystander.pid}\n`);
  const server = await start(dir);
  assert.match(await commandLine(bystander.pid), /sleep 60/);
  await server.stop();
});

Deno.test("an interrupted set-up is done again", async () => {
  const dir = await serverFolder();
  await Deno.mkdir(`${dir}/data/base`, { recursive: true });
  await Deno.writeTextFile(`${dir}/data/PG_VERSION`, "18\n");
  const server = await start(dir);
  assert.deepEqual(await query(server.url, "select 1 as n"), [{ n: 1 }]);
  await server.stop();
});

Deno.test("a second server on the same folder is refused, naming the process", async () => {
  const dir = await newCluster();
  const server = await start(dir);
  await assert.rejects(start(dir), {
    name: "SetupError",
    message: new RegExp(`in use by another Signalbox, process ${Deno.pid}:`),
  });
  await query(server.url, "select 1");
  await server.stop();
});
