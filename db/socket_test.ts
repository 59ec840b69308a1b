import assert from "node:assert/strict";
import { run } from "../dev/command.ts";
import { serverAccount } from "../dev/folder.ts";
import { startProxy } from "../tests/support/proxy.ts";
import { postgresServer, testPostgres } from "../tests/support/servers.ts";
import { patiently, sleep } from "../wait.ts";
import { connectDatabase, isUnavailable } from "./client.ts";

/** A server that speaks TLS, with a certificate that nobody has signed. */
async function serverWithTls() {
  const server = await testPostgres();
  const data = `${server.dir}/data`;
  const made = await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ...["-keyout", `${data}/server.key`, "-out", `${data}/server.crt`],
  ], { account: await serverAccount() });
  assert.ok(made.ok, made.err);
  const sql = connectDatabase(server.url, { max: 1 });
  await sql`alter system set ssl = on`;
  await sql`select pg_reload_conf()`;
  await sql.end();
  return server;
}

const withMode = (url: string, mode: string): string => {
  const changed = new URL(url);
  changed.searchParams.set("sslmode", mode);
  return changed.href;
};

async function query(url: string): Promise<boolean> {
  const sql = connectDatabase(url, { max: 1 });
  try {
    const [row] = await sql<{ ssl: boolean }[]>`
      select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    return row!.ssl;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

Deno.test("a connection is encrypted as the URL asks for it, and watched all the same", async () => {
  const server = await serverWithTls();
  const proxy = startProxy(server.url);
  assert.equal(await query(server.url), false);
  assert.equal(await query(withMode(server.url, "prefer")), true);
  await assert.rejects(
    query(withMode(server.url, "verify-full")),
    /certificate/,
  );

  const url = withMode(proxy.url, "require");
  const sql = connectDatabase(url, { max: 1, silenceMs: 300 });
  const ask = () =>
    sql<{ ssl: boolean }[]>`
    select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  assert.equal((await ask())[0]!.ssl, true);
  proxy.deafen();
  await assert.rejects(ask().execute(), isUnavailable);
  const [again] = await patiently(ask, { isUnavailable });
  assert.equal(again!.ssl, true);
  await sql.end({ timeout: 1 });
  await sleep(500); // what is asked besides has its answer
  await proxy.close();
  await server.stop();
});

Deno.test("a server without TLS is told by name, again and again", async () => {
  const url = await postgresServer();
  assert.equal(await query(withMode(url, "prefer")), false);
  const sql = connectDatabase(withMode(url, "require"), { max: 1 });
  for (let n = 0; n < 3; n++) {
    await assert.rejects(sql`select 1`.execute(), /takes no TLS/);
  }
  await sql.end();
});

Deno.test("of several hosts, those that are away are passed over", async () => {
  const url = new URL(await postgresServer());
  const hosts = `127.0.0.1:1,127.0.0.1:${url.port}`;
  const sql = connectDatabase(url.href.replace(url.host, hosts), { max: 2 });
  await Promise.all([1, 2].map(() => sql`select pg_sleep(0.05)`.execute()));
  await sql.end();
});
