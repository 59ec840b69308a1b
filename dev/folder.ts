/**
 * The folders of the private servers: where they lie, whose they are, one process at a time in each, and
 * what keeps people from using them.
 */
import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { sleep } from "../wait.ts";
import { type Account, run } from "./command.ts";

/** A failure that one sentence explains, with the way out: shown to people without a stack. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

const reasons: [RegExp, (folder: string) => string][] = [
  [
    /no space left|wrote only \d+ of|ENOSPC|disk quota|EDQUOT/i,
    (folder) =>
      `The disk that holds ${folder} is full: free some space, or set DATA_DIR to a folder on another disk.`,
  ],
  [
    /permission denied|read-only file ?system|operation not permitted|EACCES|EROFS|EPERM|PermissionDenied|NotCapable/i,
    (folder) =>
      `${folder} cannot be written to: make it writable, or set DATA_DIR to a folder that is.`,
  ],
  [
    /not a directory|ENOTDIR|file exists|EEXIST/i,
    (folder) =>
      `${folder} is not a folder, or lies in a file: move that file away, or set DATA_DIR to another folder.`,
  ],
];

/** The sentence for what keeps people from using a folder; undefined if it is something else. */
export function folderProblem(
  folder: string,
  cause: unknown,
): SetupError | undefined {
  const text = cause instanceof Error
    ? `${cause.name} ${cause.message}`
    : String(cause);
  const found = reasons.find(([pattern]) => pattern.test(text));
  return found && new SetupError(found[1](folder), { cause });
}

/** Refuses to begin what a nearly full disk would end half-way, and some programs minutes later. */
export async function needSpace(
  folder: string,
  megabytes: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const left = Math.floor(bavail * bsize / 1_000_000);
  if (left >= megabytes) return;
  const path = await Deno.realPath(folder);
  throw new SetupError(
    `The disk that holds ${path} is nearly full, with ${left} MB left where the first start needs ${megabytes} MB: ` +
      "free some space, or set DATA_DIR to a folder on another disk.",
  );
}

/** Whether files can be made there; the folder is made unless it is there. */
export async function isWritable(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
    return true;
  } catch {
    return false;
  }
}

/** Runs `work`; what goes wrong with the folder comes out as one sentence. */
export async function inFolder<T>(
  folder: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw folderProblem(folder, error) ?? error;
  }
}

/**
 * `wanted`, made unless it is there. As root it may lie where the account that PostgreSQL runs as cannot
 * go (`/root`): then a folder below /var/tmp that belongs to this `wanted` alone.
 */
export async function dataFolder(wanted: string): Promise<string> {
  const folder = await ensure(wanted);
  if (!isRoot()) return folder;
  const account = await serverAccount();
  // Through all of its parents.
  const reached = await run("sh", ["-c", 'cd "$0"', folder], { account });
  if (reached.ok) return folder;
  const hash = createHash("sha256").update(folder).digest("hex");
  return await ensureOwn(`/var/tmp/signalbox-${hash.slice(0, 10)}`);
}

function isRoot(): boolean {
  return Deno.build.os !== "windows" && Deno.uid() === 0;
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
export async function own(path: string, account?: Account): Promise<void> {
  if (account?.uid === undefined) return;
  await Deno.chown(path, account.uid, account.gid ?? null);
}

export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * Makes a folder unless it is there. It is made beside its place and renamed when it is whole, so that an
 * interrupted one is never used, and two may be at it at once.
 */
export async function makeWhole(
  folder: string,
  make: (partial: string) => Promise<void>,
): Promise<void> {
  if (await exists(folder)) return;
  const partial = `${folder}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await make(partial);
    await Deno.rename(partial, folder).catch(async (error) => {
      if (!await exists(folder)) throw error;
    });
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}

/** Any local user may connect to a loopback port, so even a private server has a password. */
export async function ensurePassword(file: string): Promise<string> {
  const known = (await Deno.readTextFile(file).catch(() => "")).trim();
  if (known) return known;
  const password = crypto.randomUUID();
  await Deno.writeTextFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/**
 * Makes the folder, takes it, and hands its real path to `work`. Fails with the id of the process that
 * holds it. The lock is `work`'s to close, unless it fails; it is the kernel's and ends with the
 * process however that ends, so what still runs in a folder that is free to take is an orphan.
 */
export async function inLockedFolder<T>(
  folder: string,
  work: (dir: string, lock: Deno.FsFile) => Promise<T>,
): Promise<T> {
  return await inFolder(folder, async () => {
    const dir = await ensure(folder);
    const lock = await lockFolder(dir);
    try {
      return await work(dir, lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  });
}

async function lockFolder(folder: string): Promise<Deno.FsFile> {
  const path = `${folder}/lock`;
  const file = await Deno.open(path, { create: true, read: true, write: true });
  // A holder that is just going away gets a second for it.
  for (let tries = 0; !await file.tryLock(true); tries++) {
    await sleep(50);
    if (tries < 20) continue;
    file.close();
    const pid = (await Deno.readTextFile(path)).trim();
    throw new SetupError(
      `${folder} is in use by another Signalbox, process ${pid}: end that one first, ` +
        "or set DATA_DIR to another folder.",
    );
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return file;
}
