import { healthOf } from "../tests/support/actors.ts";
import assert from "node:assert/strict";
import { ctl, exactTimes } from "../tests/support/ctl.ts";
import { actorStatus } from "../tests/support/actors.ts";
import { actorCommands } from "./actors.ts";
import type { Api } from "./api.ts";
import { doctor } from "./doctor.ts";

/** Nobody listens there: what is understood ends with 3, what is not with 2. */
const nobody = { PORT: "1" };

async function ends(code: number, line: string, says: RegExp, env = nobody) {
  const { code: ended, out, err } = await ctl(line.split(" "), env);
  assert.deepEqual([ended, says.test(out + err)], [code, true], out + err);
}

Deno.test("a flag that a command does not take is refused, with what it takes", async () => {
  const taken = "--json, --url, --utc, --help";
  for (
    const [line, says] of [
      ["pause quotes --limit 3", `pause does not take --limit, only ${taken}`],
      ["doctor --symbol X", `doctor does not take --symbol, only ${taken}`],
      ["scan quotes --all", `--all, only --symbol, ${taken}`],
      ["claim quotes --wait", `--wait, only ${taken}`],
      [
        "redrive --id 3",
        "--id, only --actor, --symbol, --reason, --search, --state, --all",
      ],
      ["new x --frob", "--frob, only"],
    ] as const
  ) await ends(2, line, new RegExp(says));
});

Deno.test("a word that a command does not take, or one that it misses, is refused", async () => {
  await ends(2, "pause quotes news", /pause does not take "news"/);
  await ends(2, "doctor quotes", /doctor does not take "quotes"/);
  await ends(2, "scan", /scan needs <signal>/);
  await ends(2, "pending quotes --limit", /--limit.* argument missing/);
  await ends(2, "frobnicate", /there is no command "frobnicate"$/m);
});

Deno.test("every command takes --json, --url and --help, before it or after it", async () => {
  await ends(3, "status --json", /nobody answers at http:\/\/127\.0\.0\.1:1:/);
  await ends(3, "--url http://127.0.0.1:2 status", /nobody .*127\.0\.0\.1:2:/);
  await ends(3, "-- --limit 3 pending quotes", /nobody answers/);
  await ends(0, "scan --help", /ctl scan <signal>[^]*--symbol <symbol>/);
  await ends(0, "help migrate", /ctl migrate\n[^]*--from <from>[^]*--to <to>/);
});

Deno.test("the help names every command, and is wrong usage only if nobody asked for it", async () => {
  const commands =
    "watch list add remove import lists status scan pause resume restart pending claim replay " +
    "history journal events dead-letters redrive delete-dead-letters alerts doctor new migrate roles backup restore completion help";
  const { code, out } = await ctl(["--help"], nobody);
  const told = out.match(/^ {2}[a-z][a-z-]*/gm)!.map((line) => line.trim());
  assert.deepEqual([code, told], [0, commands.split(" ")]);
  assert.equal((await ctl([], nobody)).code, 2);
});

Deno.test("migrate knows the brokers whose addresses stand in files", async () => {
  const [redis, kafka] = await Promise.all(
    ["redis://127.0.0.1:1\n", "kafka://127.0.0.1:1\n"].map(async (url) => {
      const file = await Deno.makeTempFile({ dir: "." });
      await Deno.writeTextFile(file, url);
      return file;
    }),
  );
  const env = { ...nobody, REDIS_URL_FILE: redis!, BROKER_URL_FILE: kafka! };
  try {
    // Both are known; that nothing listens there comes after.
    await ends(1, "migrate --from kafka --to redis", /127\.0\.0\.1:1/, env);
    await ends(2, "migrate --from redis --to redis", /are the same/, env);
    await ends(2, "migrate --from kafka --to redis", /BROKER_URL is not/);
  } finally {
    await Promise.all([redis, kafka].map((file) => Deno.remove(file!)));
  }
});

const noTables = { bytes: 1, bytes_per_day: null, since: null, tables: [] };

Deno.test("doctor knows the servers whose addresses stand in files", async () => {
  const healthy = healthOf();
  const api = {
    ask: () => Promise.resolve(healthy),
    get: () => Promise.resolve({ actors: [], broken: [], ...noTables }),
  } as unknown as Api;
  const told = async (env: Record<string, string>) => {
    let said = "";
    const answer = (_: unknown, text: string) => void (said = text);
    const given = { ...exactTimes, api, env, flags: {}, note: () => {} };
    await doctor.run([], { ...given, answer });
    return said;
  };
  assert.match(await told({}), /only the running instance is looked at/);
  const env = { DATABASE_URL_FILE: "/nowhere", REDIS_URL_FILE: "/nowhere" };
  assert.match(await told(env), /^problem +REDIS_URL_FILE: "\/nowhere"/);
});

Deno.test("status and doctor tell what health tells, and that it works if it does", async () => {
  const warnings = ["2 dead letters since anybody looked"];
  const api = {
    ask: () => Promise.resolve(healthOf({ warnings })),
    get: () =>
      Promise.resolve({
        actors: [actorStatus("quotes")],
        broken: [],
        ...noTables,
      }),
  } as unknown as Api;
  for (const run of [doctor.run, actorCommands.status.run]) {
    let said = "";
    const answer = (_: unknown, text: string) => void (said = text);
    const good = await run([], {
      ...exactTimes,
      ...{ api, env: {}, flags: {}, answer, note: () => {} },
    });
    assert.notEqual(good, false, "it works all the same");
    assert.match(said, /degraded/);
    assert.ok(said.includes(warnings[0]!), said);
  }
});

Deno.test("roles says which servers it needs", async () => {
  await ends(2, "roles", /roles needs DATABASE_URL and REDIS_URL/);
  await ends(0, "help roles", /ctl roles\n[^]*--print/);
});

Deno.test("who mistypes a command, an option or a shell is told what was meant", async () => {
  await ends(2, "stauts", /no command "stauts"; did you mean "status"\?/);
  await ends(2, "help stauts", /did you mean "status"\?/);
  await ends(2, "scan quotes --symbl X", /did you mean "--symbol"\?/);
  await ends(2, "completion bahs", /did you mean "bash"\?/);
});

Deno.test("the versions are told", async () => {
  await ends(0, "--version", /^signalbox \d+\.\d+\.\d+ \(deno \d/);
});

Deno.test("a time is taken as people write it, also where it begins with a dash", async () => {
  await ends(3, "events quotes --from -1h --to 14:35", /nobody answers/);
  await ends(3, "replay quotes --from 1700000000000-0", /nobody answers/);
  await ends(3, "alerts add IBM --above 1 --until +8h", /nobody answers/);
  await ends(
    2,
    "events quotes --from noon",
    /--from: "noon" is no time; .*-1h/,
  );
});

Deno.test("every help fits into 80 columns", async () => {
  const { out } = await ctl(["help"], nobody);
  const names = [...out.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) =>
    name!
  );
  const texts = [out];
  for (const name of names.filter((name) => name !== "help").slice(0, 4)) {
    texts.push((await ctl(["help", name], nobody)).out);
  }
  const long = texts.join("\n").split("\n").filter((line) => line.length > 80);
  assert.deepEqual(long, []);
});
