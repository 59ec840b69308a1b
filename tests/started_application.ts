/** The whole application, `main.ts` as a process of its own. */
const project = new URL("../", import.meta.url);

export interface StartedApplication {
  /** Without a slash at its end. */
  readonly url: string;
  /** What it has written so far. */
  output(): string;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

/** Resolves once it is ready. @throws with all that it wrote, if it ends or takes longer than 30 s */
export async function startApplication(
  env: Record<string, string>,
): Promise<StartedApplication> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=app", "main.ts"],
    cwd: project,
    env: { PORT: "0", LOG_FORMAT: "text", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const reading = [child.stdout, child.stderr].map((stream) =>
    stream.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({ write: (text) => void (output += text) }),
    )
  );
  const ended = Promise.all([child.status, ...reading]);
  let running = true;
  ended.then(() => running = false);
  const stop = async () => {
    if (running) child.kill("SIGTERM");
    await ended;
  };
  for (const deadline = Date.now() + 30_000;;) {
    const url = /is at (http:\S+)/.exec(output)?.[1];
    if (url && await isReady(url)) return { url, output: () => output, stop };
    if (!running || Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`main.ts does not get ready:\n${output}`);
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  await response.body?.cancel();
  return response.ok;
}
