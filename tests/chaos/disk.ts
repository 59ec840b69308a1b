/** A small disk of a server's own, in memory, which can be full without harm to others. */
import { type Account, run } from "../../dev/command.ts";
import { runFolder } from "../support/run_folder.ts";

export interface Disk {
  /** Without a space: PostgreSQL's tablespaces and /proc/mounts are easier with it. */
  readonly path: string;
  /** Takes all that is left. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

const megabytes = 600;

/** Whether this account may mount. */
export async function canMount(): Promise<boolean> {
  const disk = await mountDisk("trial");
  await disk?.remove();
  return disk !== null;
}

/** Null where this account may not mount. The run's folder takes it along; see run_folder.ts. */
export async function mountDisk(
  name: string,
  { uid, gid }: Account = {},
): Promise<Disk | null> {
  const path = `${await runFolder()}/disk-${name}`;
  await Deno.mkdir(path, { recursive: true });
  const owner = uid === undefined ? "" : `,uid=${uid},gid=${gid}`;
  const options = `size=${megabytes}m,mode=700${owner}`;
  const mount = ["-t", "tmpfs", "-o", options, "tmpfs", path];
  if (!(await run("mount", mount)).ok) return null;
  const ballast = `${path}/ballast`;
  return {
    path,
    async fill() {
      // Until it does not fit: others write meanwhile.
      const zeros = ["if=/dev/zero", `of=${ballast}`, "bs=64k"];
      await run("dd", zeros);
      await run("dd", [
        ...zeros.slice(0, 2),
        "bs=4k",
        "oflag=append",
        "conv=notrunc",
      ]);
    },
    empty: () => Deno.remove(ballast),
    async remove() {
      await run("umount", ["-l", path]);
    },
  };
}
