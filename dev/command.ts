/** Runs other programs to their end, and ends those that a killed parent left running. */
import project from "../deno.json" with { type: "json" };
import { sleep } from "../wait.ts";

/** The account that a program runs as; empty for our own. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export interface CommandOptions {
  readonly account?: Account;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Ends the program early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The program and the arguments of a task of deno.json, where alone stands what it may do. By flags, not
 * by permission sets: those are experimental, and Deno says so at each start.
 */
export function taskCommand(task: keyof typeof project.tasks): string[] {
  const words = project.tasks[task].split(" ");
  return [Deno.execPath(), ...words.slice(words.indexOf("deno") + 1)];
}

/**
 * Never rejects: a program that is not there is a result that is not `ok`. `err` is standard error, or why
 * the program could not be started.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
) {
  try {
    const result = await new Deno.Command(command, {
      args: [...args],
      ...options.account,
      cwd: options.cwd ?? "/",
      ...(options.signal && { signal: options.signal }),
      env: { ...options.env, LC_ALL: "C" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    return {
      ok: result.success,
      out: new TextDecoder().decode(result.stdout),
      err: new TextDecoder().decode(result.stderr).trim(),
    };
  } catch (error) {
    return { ok: false, out: "", err: String(error) };
  }
}

/** The command line of a running process; empty if there is none with this id. */
export async function commandLine(pid: number): Promise<string> {
  // Deno itself does not read /proc without every permission; `ps` is missing in slim containers.
  const proc = await run("cat", [`/proc/${pid}/cmdline`]);
  if (proc.ok) return proc.out.replaceAll("\0", " ");
  return (await run("ps", ["-o", "args=", "-p", String(pid)])).out;
}

/**
 * Ends the process that a killed parent left running and `pidFile` notes: politely, and after 10 s by
 * force. Its id may long belong to another: only one with `words` in its command line is ended. Resolves
 * to whether there was one.
 */
export async function endOrphan(
  pidFile: string,
  words: string,
  signal: Deno.Signal,
): Promise<boolean> {
  const text = await Deno.readTextFile(pidFile).catch(() => "");
  const pid = Number.parseInt(text);
  if (!pid || !(await commandLine(pid)).includes(words)) {
    // A server would take the other process for itself.
    if (text) await Deno.remove(pidFile);
    return false;
  }
  const giveUp = performance.now() + 10_000;
  for (let left = sendSignal(pid, signal); left;) {
    await sleep(20);
    left = await commandLine(pid) !== "";
    if (left && performance.now() > giveUp) sendSignal(pid, "SIGKILL");
  }
  return true;
}

function sendSignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
