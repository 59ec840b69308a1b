/** Every command by its name: what it is called with, what it does, and how. */
import type { Api } from "./api.ts";
import type { Flags } from "./arguments.ts";
import { pause, restart, resume, scan, status } from "./actors.ts";
import { deadLetters, deleteDeadLetters, redrive } from "./dead_letters.ts";
import { doctor } from "./doctor.ts";
import { migrate } from "./migrate.ts";
import { newSignal } from "./new_signal.ts";
import { claim, pending, replay } from "./streams.ts";

export { UsageError } from "./usage.ts";

export interface Options {
  readonly api: Api;
  readonly flags: Flags;
  /** The result, on standard output. */
  readonly print: (text: string) => void;
  /** Progress and remarks, on standard error. */
  readonly note: (text: string) => void;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Longer, for `ctl help <command>`. */
  readonly details?: string;
  /** Resolves to false if what was asked for did not succeed, or is not healthy. */
  run(words: readonly string[], options: Options): Promise<boolean>;
}

export const commands: Readonly<Record<string, Command>> = {
  status,
  scan,
  pause,
  resume,
  restart,
  pending,
  claim,
  replay,
  "dead-letters": deadLetters,
  redrive,
  "delete-dead-letters": deleteDeadLetters,
  doctor,
  new: newSignal,
  migrate,
};
