import assert from "node:assert/strict";
import { eventually } from "../tests/support/host.ts";
import { serverFolder } from "../tests/support/orphan.ts";
import { cacheFolder, newCluster } from "../tests/support/servers.ts";
import { commandLine } from "./command.ts";
import { develop, type DevelopOptions } from "./develop.ts";

/** An application that tells its servers' URLs and its ending in a file, and ends with code 7 on SIGTERM. */
const application = `
  const { DATABASE_URL, REDIS_URL, DENO_DIR } = Deno.env.toObject();
  const port = (url) => Number(new URL(url).port);
  const connects = async (url) =>
    (await Deno.connect({ hostname: "127.0.0.1", port: port(url) })).close();
  Deno.addSignalListener("SIGTERM", async () => {
    await Promise.all([connects(DATABASE_URL), connects(REDIS_URL)]);
    await Deno.writeTextFile(Deno.args[0] + ".drained", "");
    Deno.exit(7);
  });
  await Deno.writeTextFile(Deno.args[0] + ".new",
    JSON.stringify({ pid: Deno.pid, DATABASE_URL, REDIS_URL, DENO_DIR }));
  await Deno.rename(Deno.args[0] + ".new", Deno.args[0]);
  setInterval(() => {}, 1000);`;

async function prepared() {
  const dataDir = await serverFolder();
  await Deno.rename(await newCluster(), `${dataDir}/postgres`);
  const cache = await cacheFolder();
  for await (const { name } of Deno.readDir(cache)) {
    if (/^redis-package$|^postgresql-[\d.a-z-]+\.\d+$/.test(name)) {
      await Deno.symlink(`${cache}/${name}`, `${dataDir}/${name}`);
    }
  }
  const script = `${dataDir}/application.js`;
  await Deno.writeTextFile(script, application);
  const told = `${dataDir}/told`;
  const command = [Deno.execPath(), "run", "-A", "--no-config", script, told];
  const [first, second] = [new AbortController(), new AbortController()];
  const said: string[] = [];
  const options: DevelopOptions = {
    dataDir,
    command,
    missing: ["DATABASE_URL", "REDIS_URL"],
    say: (message) => said.push(message),
    signals: { first: first.signal, second: second.signal },
  };
  return { options, first, second, said, told };
}

function fileText(path: string): Promise<string> {
  return eventually(() => Deno.readTextFile(path));
}

Deno.test("the application gets both servers, drains before they stop, and its exit code is ours", async () => {
  const { options, first, told } = await prepared();
  const running = develop(options);
  const { DATABASE_URL, REDIS_URL } = JSON.parse(await fileText(told));
  assert.match(DATABASE_URL, /^postgres:\/\/signalbox:.+@127\.0\.0\.1:\d+\//);
  assert.match(REDIS_URL, /^redis:\/\/signalbox:.+@127\.0\.0\.1:\d+$/);
  first.abort();
  assert.equal(await running, 7);
  await Deno.stat(`${told}.drained`);
  const port = Number(new URL(REDIS_URL).port);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
});

Deno.test("a second signal does not wait for the application", async () => {
  const { options, second, told } = await prepared();
  const running = develop(options);
  await fileText(told);
  second.abort();
  assert.equal(await running, 137);
});

Deno.test("a server that dies comes back at its address, with its last words told", async () => {
  const { options, first, told, said } = await prepared();
  const running = develop(options);
  await fileText(told);
  Deno.kill(
    Number.parseInt(await fileText(`${options.dataDir}/redis/pid`)),
    "SIGKILL",
  );
  await eventually(() => said.includes("Redis is back."));
  assert.match(said.join("\n"), /Redis ended unexpectedly\. Its last words:\n/);
  first.abort();
  assert.equal(await running, 7);
});

Deno.test("an application left running by a killed parent is ended first", async () => {
  const { options, first, told } = await prepared();
  const [program, ...args] = options.command;
  const left = new Deno.Command(program!, {
    args,
    env: { DATABASE_URL: "x://h:1", REDIS_URL: "x://h:1" },
    stderr: "null",
  }).spawn();
  await fileText(told);
  await Deno.writeTextFile(
    `${options.dataDir}/application.pid`,
    `${left.pid}\n`,
  );
  await Deno.remove(told);
  const running = develop(options);
  const { pid } = JSON.parse(await fileText(told));
  assert.notEqual(pid, left.pid);
  assert.equal(await commandLine(left.pid), "");
  await left.status;
  first.abort();
  assert.equal(await running, 7);
});

Deno.test("a second start on the same data is refused and ends nothing of the first", async () => {
  const { options, first, told } = await prepared();
  const running = develop(options);
  await fileText(told);
  await assert.rejects(develop(options), {
    name: "SetupError",
    message: /is in use by another Signalbox, process \d+: end that one first/,
  });
  first.abort();
  assert.equal(await running, 7);
});

Deno.test("nothing private is started when both servers are configured", async () => {
  const { options } = await prepared();
  const command = [Deno.execPath(), "eval", "Deno.exit(3)"];
  const dataDir = "/nowhere/at/all";
  const configured = { missing: [], command, dataDir };
  assert.equal(await develop({ ...options, ...configured }), 3);
});

Deno.test("one server that cannot start ends the start of the others, at once", async () => {
  const { options } = await prepared();
  const { dataDir } = options;
  await Deno.rename(`${dataDir}/postgres`, `${dataDir}/moved`);
  await Deno.writeTextFile(`${dataDir}/postgres`, "a file");
  // Where none is installed, Redis would be fetched: that takes longer.
  await Deno.remove(`${dataDir}/redis-package`).catch(() => {});
  const began = performance.now();
  await assert.rejects(develop(options), {
    name: "SetupError",
    message: /\/postgres is not a folder/,
  });
  assert.ok(performance.now() - began < 2_500);
});

Deno.test("where Deno's own cache cannot be written to, the application gets one beside the data", async () => {
  const { options, first, told, said } = await prepared();
  const before = Deno.env.get("DENO_DIR");
  // Not even root can make a folder there.
  Deno.env.set("DENO_DIR", "/proc/none");
  const running = develop(options);
  try {
    const { DENO_DIR } = JSON.parse(await fileText(told));
    assert.equal(DENO_DIR, `${options.dataDir}/deno`);
    assert.match(said.join("\n"), /^\/proc\/none, .* cannot be written to: /m);
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
    first.abort();
    await running;
  }
});
