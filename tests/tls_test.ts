/** PostgreSQL and Redis over TLS, with certificates of an authority of our own. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { run } from "../dev/command.ts";
import { own, serverAccount } from "../dev/folder.ts";
import { eventually, startHost } from "./support/host.ts";
import { ownRedis } from "./support/own_redis.ts";
import { newPath } from "./support/run_folder.ts";
import { testPostgres } from "./support/servers.ts";

async function openssl(dir: string, line: string): Promise<void> {
  const result = await run("openssl", line.split(" "), { cwd: dir });
  assert.ok(result.ok, result.err);
}

/** An authority, and a certificate of it for `localhost`, but for no address. */
async function certificates(): Promise<string> {
  const dir = await newPath();
  await Deno.mkdir(dir);
  const key = "-newkey rsa:2048 -nodes";
  await openssl(
    dir,
    `req -x509 ${key} -days 2 -subj /CN=authority -keyout ca.key -out ca.crt`,
  );
  await openssl(
    dir,
    `req ${key} -subj /CN=server -keyout server.key -out server.csr`,
  );
  await Deno.writeTextFile(`${dir}/names`, "subjectAltName=DNS:localhost\n");
  await openssl(
    dir,
    "x509 -req -days 2 -in server.csr -CA ca.crt -CAkey ca.key " +
      "-CAcreateserial -extfile names -out server.crt",
  );
  return dir;
}

async function postgresWithTls(dir: string) {
  const server = await testPostgres();
  const account = await serverAccount();
  for (const name of ["server.key", "server.crt"]) {
    const path = `${server.dir}/data/${name}`;
    await Deno.copyFile(`${dir}/${name}`, path);
    await Deno.chmod(path, 0o600);
    await own(path, account);
  }
  const sql = postgres(server.url, { max: 1 });
  await sql`alter system set ssl = on`;
  await sql`select pg_reload_conf()`;
  await sql.end();
  return server;
}

const redisWithTls = (dir: string) =>
  ownRedis((port) => [
    "port 0",
    `tls-port ${port}`,
    ...[
      ["cert", "server.crt"],
      ["key", "server.key"],
      ["ca-cert", "ca.crt"],
    ].map(([what, file]) =>
      `tls-${what}-file ${JSON.stringify(`${dir}/${file}`)}`
    ),
    "tls-auth-clients no",
  ]);

Deno.test("both servers are reached over TLS, and refused in one sentence where the authority or the name is wrong", async () => {
  const dir = await certificates();
  const [database, redis] = await Promise.all([
    postgresWithTls(dir),
    redisWithTls(dir),
  ]);
  const databaseAt = (host: string) => {
    const url = new URL(database.url);
    url.hostname = host;
    url.searchParams.set("sslmode", "verify-full");
    return url.href;
  };
  const redisAt = (host: string) => `rediss://${host}:${redis.port}`;
  const trust = { DENO_CERT: `${dir}/ca.crt` };
  const plain = { DATABASE_URL: database.url };
  const right = {
    DATABASE_URL: databaseAt("localhost"),
    REDIS_URL: redisAt("localhost"),
  };
  /** One that cannot start like this says so; it may end before anybody can ask it. */
  const refusal = async (env: Record<string, string>, words: RegExp) => {
    const host = await startHost({ env, untilListening: true })
      .catch((error: Error) => error);
    if (host instanceof Error) return assert.match(host.message, words);
    await eventually(() => words.test(host.log())).finally(host.kill);
  };
  try {
    const host = await startHost({ env: { ...right, ...trust } });
    await eventually(async () => {
      const answer = await fetch(`${host.url}/api/signals/quotes/latest`);
      return (await answer.text()).includes("AAPL");
    });
    await host.kill();
    await Promise.all([
      refusal(right, /certificate of the PostgreSQL at localhost.*DENO_CERT/),
      refusal({ ...right, ...plain }, /Redis refuses: self-.*DENO_CERT/),
    ]);
    await Promise.all([
      refusal(
        { ...right, ...trust, DATABASE_URL: databaseAt("127.0.0.1") },
        /PostgreSQL at 127\.0\.0\.1 is refused: .*IP: 127\.0\.0\.1.*as its/,
      ),
      refusal(
        { ...right, ...trust, REDIS_URL: redisAt("127.0.0.1") },
        /Redis refuses: .*IP: 127\.0\.0\.1.*as its certificate does/,
      ),
    ]);
  } finally {
    await redis.stop();
    await database.stop();
  }
});
