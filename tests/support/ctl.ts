/** `ctl` as an operator runs it: a process of its own, with the permissions of its task. */
import { taskCommand } from "../../dev/command.ts";

const project = new URL("../../", import.meta.url);

/** What a command is given that shows times: as they are. */
export const exactTimes = {
  time: <T extends string | null>(iso: T): T => iso,
  clock: { now: 0, utc: true },
};

export interface CtlResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function command(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Deno.ChildProcess {
  const [program, ...words] = taskCommand("ctl");
  return new Deno.Command(program!, {
    args: [...words, ...args],
    cwd: project,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

export async function ctl(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CtlResult> {
  const { code, stdout, stderr } = await command(args, env).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

/** Starts it and ends it by SIGKILL as soon as what it notes matches; resolves to that. */
export async function killCtlWhen(
  noted: RegExp,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = command(args, env);
  let err = "";
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  while (!noted.test(err)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`ctl ended before it noted ${noted}: ${err}`);
    err += value;
  }
  child.kill("SIGKILL");
  await Promise.all([child.status, reader.cancel(), child.stdout.cancel()]);
  return noted.exec(err)![0];
}
