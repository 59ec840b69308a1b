import assert from "node:assert/strict";
import { commandLine } from "../../dev/command.ts";
import { eventually } from "./host.ts";
import { endWithThisProcess, runFolder } from "./run_folder.ts";

/** A test run with a server, another process, and a note about one that got the id of an ended one. */
const testRun = `
  const { testRedis } = await import("./servers.ts");
  const { endWithThisProcess, runFolder } = await import("./run_folder.ts");
  const folder = await runFolder();
  const { pid: server } = await testRedis();
  const { pid: other } = new Deno.Command("sleep", { args: ["300"] }).spawn();
  await endWithThisProcess(other);
  await Deno.writeTextFile(folder + "/pids/" + Deno.args[0], "1\\n");
  await Deno.writeTextFile(Deno.args[1], JSON.stringify({ folder, server, other }));
  setInterval(() => {}, 1000);`;

Deno.test("a test run that is killed with its whole group leaves nothing behind, and hits no other", async () => {
  await using bystander = new Deno.Command("sleep", { args: ["300"] }).spawn();
  const folder = `${await runFolder()}/${crypto.randomUUID()}`;
  await Deno.mkdir(folder);
  const killed = new Deno.Command(Deno.execPath(), {
    args: ["eval", testRun, String(bystander.pid), `${folder}/told`],
    cwd: new URL(".", import.meta.url),
    detached: true,
    stdin: "null",
    stdout: "null",
  }).spawn();
  await endWithThisProcess(killed.pid);
  const told = await eventually(() => Deno.readTextFile(`${folder}/told`));
  const left = JSON.parse(told);
  const lives = async (pid: number) => await commandLine(pid) !== "";
  assert.ok(await lives(left.server) && await lives(left.other));

  Deno.kill(-killed.pid, "SIGKILL");
  await killed.status;
  await eventually(async () => !await lives(left.server));
  await eventually(async () => !await lives(left.other));
  await eventually(() => Deno.stat(left.folder).then(() => false, () => true));
  assert.ok(await lives(bystander.pid));
});
