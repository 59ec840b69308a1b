/** The application as a process of its own, so that development and production run the same program. */
import { commandLine, endProcess } from "./command.ts";

export interface Application {
  /** Resolves to its exit code. */
  readonly exitCode: Promise<number>;
  /** Does nothing once it has ended. */
  kill(signal: Deno.Signal): void;
}

/**
 * Starts `command` with our standard streams, and with `env` added to our environment. `pidFile` notes
 * it, so that one left running by a killed parent can be ended.
 */
export async function startApplication(
  command: readonly string[],
  env: Record<string, string>,
  pidFile?: string,
): Promise<Application> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    env,
    // Ctrl+C reaches a whole process group: alone in its own, it gets each signal once, from us.
    detached: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  if (pidFile) await Deno.writeTextFile(pidFile, `${child.pid}\n`);
  let ended = false;
  const exitCode = child.status.then((status) => {
    ended = true;
    return status.code;
  });
  return { exitCode, kill: (signal) => ended || child.kill(signal) };
}

/** Ends the application that a killed parent left running: it would hold the port. */
export async function endOldApplication(
  command: readonly string[],
  pidFile: string,
): Promise<boolean> {
  const pid = Number.parseInt(
    await Deno.readTextFile(pidFile).catch(() => ""),
  );
  // The id may long belong to another process: only this very command is ended.
  if (!pid || !(await commandLine(pid)).includes(command.join(" "))) {
    return false;
  }
  await endProcess(pid, "SIGTERM");
  return true;
}
