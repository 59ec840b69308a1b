import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres from "postgres";
import { testDatabase, testPostgres, testRedis } from "./servers.ts";

Deno.test("a test database is empty and its own", async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  const [a, b] = [postgres(one.url), postgres(two.url)];
  await a`create table only_here (n int)`;
  const tables = await b`select from pg_class where relname = 'only_here'`;
  assert.equal(tables.length, 0);
  await Promise.all([a.end(), b.end()]);
  await Promise.all([one.drop(), two.drop()]);
});

Deno.test("a killed test Redis comes back on its port with its data", async () => {
  const first = await testRedis({ persist: true });
  const client = new Redis(first.url);
  client.on("error", () => {});
  await client.set("kept", "yes");
  Deno.kill(first.pid, "SIGKILL");
  const again = await testRedis({
    persist: true,
    dir: first.dir,
    port: first.port,
  });
  assert.equal(again.url, first.url);
  assert.equal(await client.get("kept"), "yes");
  client.disconnect();
  await again.stop();
});

Deno.test("a killed test PostgreSQL comes back on its port with its data", async () => {
  const first = await testPostgres({ persist: true });
  const sql = postgres(first.url, { onnotice: () => {} });
  await sql`create table kept as select 7 as n`;
  Deno.kill(first.pid, "SIGKILL");
  const { dir, port } = first;
  const again = await testPostgres({ persist: true, dir, port });
  await sql.end();
  const fresh = postgres(again.url);
  assert.deepEqual([...await fresh`select n from kept`], [{ n: 7 }]);
  await fresh.end();
  await again.stop();
});
