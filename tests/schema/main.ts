/**
 * `deno task test:schema`: schemathesis over the OpenAPI document of a running host, with a token, a
 * watchlist, values and dead letters. It needs `schemathesis` on PATH, or its path in SCHEMATHESIS;
 * `schemathesis.toml` says what it does. More arguments go to it, `--seed=7` among them.
 */
import { connectDatabase } from "../../db/client.ts";
import { createDeadLetters } from "../../db/dead_letters.ts";
import { eventually, type Host, startHost } from "../support/host.ts";
import { endWithThisProcess, runFolder } from "../support/run_folder.ts";
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
      // What is added at random is scanned as well: more takes longer, and tells no more.
      WATCHLIST_LIMIT: "50",
      LOG_LEVEL: "info",
    },
  });
  try {
    await eventually(() => hasValues(host));
    await addDeadLetters(database.url);
    const clean: boolean[] = [];
    for (const round of rounds) {
      const runs = round.map((own) => schemathesis(host, [...own, ...args]));
      clean.push(...await Promise.all(runs));
    }
    const faults = host.log().split("\n")
      .filter((line) => /a page failed|an API request failed/.test(line));
    for (const line of faults) console.error(line);
    return faults.length === 0 && clean.every(Boolean) ? 0 : 1;
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

// Wrong tokens are slowed down by address: whoever sends them is answered nothing else.
const known = "--exclude-checks=ignored_auth";
const single = "--phases=examples,coverage,fuzzing";
const commands = "^/api/actors/.*/";

/**
 * Reading and writing at once, each a process of its own, because one Python uses one core; then what is
 * told to actors, because a restart cuts off what is asked meanwhile; then chains of all of them that end; and at
 * last with wrong tokens.
 */
const rounds: readonly (readonly string[][])[] = [
  [
    [known, single, "--include-method=GET"],
    [known, single, "--exclude-method=GET", `--exclude-path-regex=${commands}`],
  ],
  [[known, single, `--include-path-regex=${commands}`]],
  [[known, "--phases=stateful", "--exclude-path=/api/events"]],
  [["--checks=ignored_auth", "--phases=coverage"]],
];

/** True if it found nothing. */
async function schemathesis(
  host: Host,
  args: readonly string[],
): Promise<boolean> {
  const { pathname: config } = new URL("schemathesis.toml", import.meta.url);
  const program = Deno.env.get("SCHEMATHESIS") ?? "schemathesis";
  const child = new Deno.Command(program, {
    args: [
      ...["--config-file", config, "run", `${host.url}/api/openapi.json`],
      ...["--header", `Authorization: ${authorization}`, ...args],
    ],
    // What it keeps between runs goes with the servers of this one.
    cwd: await runFolder(),
    stdin: "null",
    stdout: "piped",
  }).spawn();
  await endWithThisProcess(child.pid);
  const { success, stdout } = await child.output();
  // "12 passed" is how CI counts tests; these are requests.
  const output = new TextDecoder().decode(stdout)
    .replaceAll(/([0-9]+) +(passed|failed)/g, "$2: $1");
  // A failing request may be a body of many kilobytes.
  console.log(args.join(" "));
  for (const line of output.split("\n")) console.log(line.slice(0, 1_000));
  return success;
}

Deno.exit(await main(Deno.args));
