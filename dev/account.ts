/** PostgreSQL refuses to run as root: the account that it runs as then. */
import { type Account, run } from "./command.ts";
import { SetupError } from "./setup_error.ts";

export function isRoot(): boolean {
  return Deno.build.os !== "windows" && Deno.uid() === 0;
}

/**
 * Empty unless we are root; then the owner of `data`, if it is there (a start as another user made it),
 * else `postgres` or `nobody`.
 */
export async function serverAccount(data?: string): Promise<Account> {
  if (!isRoot()) return {};
  const owner = data && await Deno.stat(data).catch(() => undefined);
  if (owner && owner.uid) return { uid: owner.uid, gid: owner.gid ?? 0 };
  return accountIn(await Deno.readTextFile("/etc/passwd"));
}

/** `initdb` looks its account up, so it must be one that stands in this file. */
export function accountIn(passwd: string): Account {
  for (const name of ["postgres", "nobody"]) {
    const line = passwd.split("\n").find((line) => line.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(":") ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new SetupError(
    "PostgreSQL does not run as root, and there is neither a `postgres` nor a `nobody` account to run it as: " +
      "start as another user, or set DATABASE_URL.",
  );
}

/** Whether an account can reach a folder through all of its parents. */
export async function reaches(
  account: Account,
  folder: string,
): Promise<boolean> {
  const result = await run("sh", ["-c", 'cd "$0"', folder], { account });
  return result.ok;
}
