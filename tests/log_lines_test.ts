/** With LOG_FORMAT=json every line of both streams is one of the log, however the process fares. */
import assert from "node:assert/strict";
import { taskCommand } from "../dev/command.ts";
import { copyProject } from "./support/checkout.ts";
import { endWithThisProcess, newPath } from "./support/run_folder.ts";

interface Line {
  readonly time: string;
  readonly level: string;
  readonly name: string;
  readonly message: string;
  readonly error?: string;
  readonly stack?: string;
}

/** Two servers that are not there, which is waited for. */
const away = {
  DATABASE_URL: "postgres://127.0.0.1:1/none",
  REDIS_URL: "redis://127.0.0.1:1",
  PORT: "0",
};

/** The unit does not start it again upon this exit code. */
const toMend = 78;

const root = await copyProject();

/** Starts it, and ends it once a line matches; resolves to all lines of both streams. */
async function linesOf(
  env: Record<string, string>,
  until?: RegExp,
  [program, ...args]: readonly string[] = taskCommand("start"),
): Promise<{ code: number; lines: Line[] }> {
  const child = new Deno.Command(program!, {
    args,
    cwd: root,
    env: { ...env, LOG_FORMAT: "json" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await endWithThisProcess(child.pid);
  let asked = false;
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (asked || !until?.test(text)) continue;
      asked = true;
      child.kill("SIGTERM");
    }
    return text;
  });
  const { code } = await child.status;
  const text = (await Promise.all(reading)).join("").trimEnd();
  return { code, lines: text.split("\n").map(lineOf) };
}

function lineOf(text: string): Line {
  assert.doesNotThrow(() => JSON.parse(text), text);
  const line = JSON.parse(text);
  assert.ok(Date.parse(line.time), text);
  assert.match(line.level, /^(debug|info|warn|error)$/, text);
  assert.equal(typeof line.name, "string", text);
  assert.equal(typeof line.message, "string", text);
  return line;
}

/** Adds an actor for one test. */
async function withActor(
  files: { mod?: string; view?: string },
  work: () => Promise<void>,
): Promise<void> {
  const folder = `${root}actors/odd`;
  await Deno.mkdir(folder);
  const view = files.view ?? "";
  await Deno.writeTextFile(`${folder}/mod.ts`, files.mod ?? "");
  await Deno.writeTextFile(`${folder}/view.tsx`, view);
  try {
    await work();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("each wrong setting is a line", async () => {
  const env = { PORT: "-1", HOST: "a b", LOG_LEVEL: "loud", MARKET: "demo" };
  const { code, lines } = await linesOf(env);
  assert.equal(code, toMend);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, /^\w+/.exec(message)![0]]),
    ["HOST", "PORT", "REDIS_URL", "DATABASE_URL", "LOG_LEVEL"]
      .map((name) => ["error", name]),
  );
});

Deno.test("a setting for an actor that is not there is a line", async () => {
  const { code, lines } = await linesOf({ ...away, REPLICAS_NOBODY: "2" });
  assert.equal(code, toMend);
  assert.match(lines.at(-1)!.message, /^REPLICAS_NOBODY: there is no actor/);
});

Deno.test("no bundle, where none can be made, is a line that says what to do", async () => {
  // As the unit does: Deno's own folder is empty.
  const env = { ...away, DENO_DIR: await newPath() };
  const started = await linesOf(env, undefined, ["sh", "deploy/start.sh"]);
  const { code, lines } = started;
  assert.equal(code, toMend);
  const { message, stack } = lines.at(-1)!;
  assert.match(message, /^dist\/ is not there.*run `deno task build`$/);
  assert.equal(stack, undefined);
});

Deno.test("a port that is taken is a line", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(listener.addr.port);
  const { code, lines } = await linesOf({ ...away, PORT: port });
  assert.equal(code, 1);
  assert.match(lines.at(-1)!.message, /^PORT, HOST: cannot listen at 127/);
});

for (
  const [what, deed] of Object.entries({
    error: "throw new Error('odd')",
    rejection: "Promise.reject(new Error('odd'))",
  })
) {
  Deno.test(`an uncaught ${what} in the main isolate is a line, and ends it`, async () => {
    const view = `setTimeout(() => { ${deed} });`;
    await withActor({ view }, async () => {
      const { code, lines } = await linesOf(away);
      assert.equal(code, 1);
      const { level, name, error, stack } = lines.at(-1)!;
      assert.deepEqual([level, name, error], ["error", "main", "odd"]);
      assert.match(stack!, /view\.tsx/);
    });
  });
}

Deno.test("whatever an actor prints with is the log's to write, and so is its crash", async () => {
  const mod = `
    import process from "node:process";
    console.table([{ said: 1 }]);
    console.dir({ said: 2 });
    console.trace("said 3");
    console.assert(false, "said 4");
    console.group("said 5");
    process.stdout.write("said 6\\n");
    process.emitWarning("said 7");
    await Deno.stderr.write(new TextEncoder().encode("said 8\\n"));
    setTimeout(() => { throw new Error("odd"); });
    await new Promise(() => {});`;
  await withActor({ mod }, async () => {
    const { lines } = await linesOf(away, /left aside.*odd/);
    const said = lines.filter(({ name }) => name === "odd")
      .map(({ message }) => /said\W+(\d)/.exec(message)?.[1]);
    assert.deepEqual(new Set(said), new Set("12345678"));
  });
});
