/**
 * `deno task test:schema`: schemathesis over the OpenAPI document of a running host, with a token, a
 * watchlist, values and dead letters. It needs `schemathesis` on PATH, or its path in SCHEMATHESIS;
 * `schemathesis.toml` says what it does. More arguments go to it, `--seed=7` among them.
 */
import { connectDatabase } from "../../db/client.ts";
import { createDeadLetters } from "../../db/dead_letters.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { testDatabase, testRedis } from "../support/servers.ts";

const token = crypto.randomUUID();
const authorization = `Bearer ${token}`;

async function main(args: readonly string[]): Promise<number> {
  const database = await testDatabase();
  const redis = await testRedis();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      ACCESS_TOKEN: token,
      WATCHLIST: "AAPL,MSFT,BRK.B",
      LOG_LEVEL: "info",
    },
  });
  try {
    await eventually(() => hasValues(host));
    await addDeadLetters(database.url);
    const code = await schemathesis(host, args);
    const faults = host.log().split("\n")
      .filter((line) => /a page failed|an API request failed/.test(line));
    for (const line of faults) console.error(line);
    return code || (faults.length > 0 ? 1 : 0);
  } finally {
    await host.stop();
    await redis.stop();
    await database.drop();
  }
}

async function hasValues(host: Host): Promise<boolean> {
  const answer = await fetch(`${host.url}/api/signals/quotes/latest`, {
    headers: { authorization },
  });
  const { values } = await answer.json();
  return values.length === 3;
}

async function addDeadLetters(url: string): Promise<void> {
  const sql = connectDatabase(url);
  const letters = Array.from({ length: 50 }, (_, i) => ({
    actor: "quotes",
    topic: "quotes",
    position: `${i + 1}-0`,
    reason: "decode" as const,
    error: "no JSON",
    stack: null,
    attempts: 1,
    message: { key: "AAPL", attributes: {}, data: "{" },
  }));
  await createDeadLetters(sql).add(letters);
  await sql.end();
}

async function schemathesis(
  host: Host,
  args: readonly string[],
): Promise<number> {
  const folder = new URL(".", import.meta.url).pathname;
  const child = new Deno.Command(
    Deno.env.get("SCHEMATHESIS") ?? "schemathesis",
    {
      args: [
        "--config-file",
        `${folder}schemathesis.toml`,
        "run",
        `${host.url}/api/openapi.json`,
        ...["--header", `Authorization: ${authorization}`],
        ...args,
      ],
      // What it keeps between runs goes with the servers of this one.
      cwd: await Deno.makeTempDir(),
      stdin: "null",
    },
  ).spawn();
  return (await child.status).code;
}

Deno.exit(await main(Deno.args));
