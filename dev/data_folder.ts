/** Where the private servers keep their data. */
import { isRoot, reaches, serverAccount } from "./account.ts";
import { inFolder, SetupError } from "./setup_error.ts";

/**
 * `wanted`, made unless it is there. As root it may lie where the account that PostgreSQL runs as cannot
 * go (`/root`): then a folder below /var/tmp that belongs to this `wanted` alone.
 */
export async function dataFolder(wanted: string): Promise<string> {
  const folder = await ensure(wanted);
  const account = await serverAccount();
  if (!isRoot() || await reaches(account, folder)) return folder;
  const substitute = `/var/tmp/signalbox-${await shortHash(folder)}`;
  return await ensureOwn(substitute);
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
