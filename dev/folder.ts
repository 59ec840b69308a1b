/** The folders of the private servers: where they lie, whose they are, and one process at a time in each. */
import { sleep } from "../wait.ts";
import { type Account, run } from "./command.ts";
import { inFolder, SetupError } from "./setup_error.ts";

/**
 * `wanted`, made unless it is there. As root it may lie where the account that PostgreSQL runs as cannot
 * go (`/root`): then a folder below /var/tmp that belongs to this `wanted` alone.
 */
export async function dataFolder(wanted: string): Promise<string> {
  const folder = await ensure(wanted);
  const account = await serverAccount();
  if (!isRoot() || await reaches(account, folder)) return folder;
  return await ensureOwn(`/var/tmp/signalbox-${await shortHash(folder)}`);
}

function isRoot(): boolean {
  return Deno.build.os !== "windows" && Deno.uid() === 0;
}

/** Whether an account can reach a folder through all of its parents. */
async function reaches(account: Account, folder: string): Promise<boolean> {
  return (await run("sh", ["-c", 'cd "$0"', folder], { account })).ok;
}

async function ensure(folder: string): Promise<string> {
  return await inFolder(folder, async () => {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    return await Deno.realPath(folder);
  });
}

/** Anybody may make folders in /var/tmp: one that another user put there is not used. */
async function ensureOwn(folder: string): Promise<string> {
  await ensure(folder);
  const { uid, isSymlink } = await Deno.lstat(folder);
  if (uid === Deno.uid() && !isSymlink) return folder;
  throw new SetupError(
    `${folder} belongs to another user: remove it, or set DATA_DIR to a folder of your own.`,
  );
}

async function shortHash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex().slice(0, 10);
}

/**
 * PostgreSQL refuses to run as root. Empty unless we are root; then the owner of `data`, if it is there
 * (a start as another user made it), else `postgres` or `nobody`.
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

/** Gives a file or folder to the account that is to use it. */
export async function own(path: string, account: Account): Promise<void> {
  if (account.uid === undefined) return;
  await Deno.chown(path, account.uid, account.gid ?? null);
}

export interface FolderLock {
  release(): void;
}

/**
 * Makes the folder, takes it, and hands its real path to `work`. Fails with the id of the process that
 * holds it. The lock is `work`'s to release, unless it fails; it is the kernel's and ends with the
 * process however that ends, so what still runs in a folder that is free to take is an orphan.
 */
export async function inLockedFolder<T>(
  folder: string,
  work: (dir: string, lock: FolderLock) => Promise<T>,
): Promise<T> {
  return await inFolder(folder, async () => {
    const dir = await ensure(folder);
    const lock = await lockFolder(dir);
    try {
      return await work(dir, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

async function lockFolder(folder: string): Promise<FolderLock> {
  const path = `${folder}/lock`;
  const file = await Deno.open(path, { create: true, read: true, write: true });
  if (!await lockSoon(file)) {
    file.close();
    throw inUse(folder, (await Deno.readTextFile(path)).trim());
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { release: () => file.close() };
}

/** A holder that is just going away gets a second for it. */
async function lockSoon(file: Deno.FsFile): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await file.tryLock(true)) return true;
    await sleep(50);
  }
  return false;
}

function inUse(folder: string, pid: string): SetupError {
  return new SetupError(
    `${folder} is in use by another Signalbox, process ${pid}: end that one first, ` +
      "or set DATA_DIR to another folder.",
  );
}
