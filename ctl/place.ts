/** Where a file is that somebody has named. */
import { resolve } from "node:path";

/** In the folder in which the command was typed: a task runs in the project's. `-` stays as it is. */
export function fileIn(env: Record<string, string>, named: string): string {
  return named === "-" ? named : resolve(env.INIT_CWD ?? ".", named);
}
