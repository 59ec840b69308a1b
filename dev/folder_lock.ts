/** One process at a time per data folder. */
import { inFolder, SetupError } from "./setup_error.ts";

export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder, or fails with the id of the process that holds it. The lock is the kernel's: it ends
 * with the process however that ends, so what still runs in a folder that is free to take is an orphan.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
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

/**
 * Makes the folder, takes it, and hands its real path to `work`. The lock is `work`'s to release, unless
 * it fails.
 */
export async function inLockedFolder<T>(
  folder: string,
  work: (dir: string, lock: FolderLock) => Promise<T>,
): Promise<T> {
  return await inFolder(folder, async () => {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    const dir = await Deno.realPath(folder);
    const lock = await lockFolder(dir);
    try {
      return await work(dir, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

/** A holder that is just going away gets a second for it. */
async function lockSoon(file: Deno.FsFile): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await file.tryLock(true)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function inUse(folder: string, pid: string): SetupError {
  return new SetupError(
    `${folder} is in use by another Signalbox, process ${pid}: end that one first, ` +
      "or set DATA_DIR to another folder.",
  );
}
