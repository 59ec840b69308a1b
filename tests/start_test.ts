/** deploy/start.sh, as the unit and the container run it: its rights suffice, and are no more than that. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { resolvesWithin } from "../wait.ts";
import { taskCommand } from "../dev/command.ts";
import { writeDist } from "../web/build.ts";
import { copyProject } from "./support/checkout.ts";
import { eventually, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";
import { listenAsSystemd } from "./support/systemd.ts";

/** Runs in the main isolate: tells what it may do, and hangs once it is told to. */
const view = (port: number) => `
  const may = async (work) => {
    try { await work(); return "allowed"; } catch (error) { return error.name; }
  };
  console.log("rights", JSON.stringify([
    await may(() => Deno.connect({ port: ${port} })),
    await may(() => Deno.writeTextFile("here", "")),
    await may(() => Deno.writeTextFile("/tmp/there", "")),
    await may(() => Deno.readTextFile("/etc/hostname")),
    await may(() => new Deno.Command("true").output()),
  ]));
  setInterval(() => {
    try { Deno.statSync("hang"); } catch { return; }
    for (;;);
  }, 50);
  export default {};
`;

Deno.test("started as the unit starts it, it works, may do nothing else, and feeds the watchdog while it lives", async () => {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using systemd = await listenAsSystemd();
  const root = await copyProject();
  await Deno.mkdir(`${root}actors/odd`);
  await Deno.writeTextFile(`${root}actors/odd/mod.ts`, "");
  await Deno.writeTextFile(`${root}actors/odd/view.tsx`, view(other.addr.port));
  const url = pathToFileURL(root);
  await writeDist(url, new URL("dist/", url));
  const host = await startHost({
    root,
    command: ["sh", "deploy/start.sh"],
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      WATCHLIST: "AAPL",
      NOTIFY_SOCKET: systemd.socket,
      RUNTIME_DIRECTORY: systemd.folder,
      WATCHDOG_USEC: "900000",
    },
  });
  try {
    assert.equal(await systemd.next(), "READY=1");
    await eventually(async () =>
      /STATUS=(ready|degraded)/.test(await systemd.next())
    );
    await eventually(async () => {
      const response = await fetch(`${host.url}/api/signals/quotes/latest`);
      return (await response.text()).includes("AAPL");
    });
    const denied = JSON.stringify(Array(5).fill("NotCapable"));
    assert.ok(host.log().includes(`rights ${denied}`), host.log());
    await Deno.writeTextFile(`${root}hang`, "");
    // What was sent before it hung may still come; then nothing does.
    await eventually(async () => !await resolvesWithin(systemd.next(), 3_000));
  } finally {
    await host.kill();
    await redis.stop();
    await database.drop();
  }
});

Deno.test("a host holds as much memory when it is started by deploy/start.sh as by the task", async () => {
  const script = await Deno.readTextFile(
    new URL("../deploy/start.sh", import.meta.url),
  );
  const flags = taskCommand("start").find((word) => word.startsWith("--v8-"));
  assert.ok(flags);
  assert.ok(script.includes(`memory=${flags}\n`), `${flags} is not there`);
});
