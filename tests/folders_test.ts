/** The project runs in any folder, whatever letters its path has. */
import assert from "node:assert/strict";
import { copyProject } from "./support/checkout.ts";
import { endWithThisProcess, runFolder } from "./support/run_folder.ts";
import { testDatabase, testRedis } from "./support/servers.ts";
import { filesBelow } from "../web/assets.ts";

const root = new URL("../", import.meta.url);

/** The addresses of files by name, and those whose `pathname` is read at once. */
const address = /\bconst (\w+) = new URL\([^;]*?import\.meta\.url/g;
const undecoded = /import\.meta\.(?:url|resolve)[^;]{0,9}\)\s*\.pathname/;

Deno.test("no path is taken from the pathname of a file's address: in it a space is %20", async () => {
  const skipped = /^\.|^(node_modules|dist|coverage)$/;
  const files = await filesBelow(root, (name) => skipped.test(name));
  const wrong: string[] = [];
  for (const file of files.filter((file) => /\.tsx?$/.test(file))) {
    const text = await Deno.readTextFile(new URL(file, root));
    const names = [...text.matchAll(address)].map(([, name]) => name!);
    const read = names.some((name) =>
      new RegExp(`\\b${name}\\)?\\s*\\.pathname`).test(text)
    );
    if (read || undecoded.test(text)) wrong.push(file);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("deno task dev runs in a folder with a space, an ü and a %", async () => {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const folder = await copyProject(`${await runFolder()}/50 % für #1`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "dev"],
    cwd: folder,
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PORT: "0",
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await endWithThisProcess(child.pid);
  let said = "";
  let left = false;
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      said += part;
      if (left || !/ready$/m.test(said)) continue;
      left = true;
      child.kill("SIGTERM");
    }
  });
  const { code } = await child.status;
  await Promise.all([...reading, redis.stop(), database.drop()]);
  assert.ok(left, said);
  assert.equal(code, 0, said);
  // Deno has nothing to say by itself.
  for (const line of said.trim().split("\n")) {
    assert.match(line, /^[\d:.]{12} (INFO|WARN|ERROR) /);
  }
});
