/** The clock of one host, which can be set: by libfaketime, for the whole process and while it runs. */
import { run } from "../../dev/command.ts";
import { makeWhole } from "../../dev/folder.ts";
import { cacheFolder } from "../support/servers.ts";

export interface Clock {
  /** For the host's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so many seconds before or behind the time of day. What measures time goes on as it was. */
  set(seconds: number): Promise<void>;
}

export async function makeClock(file: string): Promise<Clock> {
  const set = async (seconds: number) => {
    await Deno.writeTextFile(
      `${file}.new`,
      seconds < 0 ? `${seconds}` : `+${seconds}`,
    );
    await Deno.rename(`${file}.new`, file);
  };
  await set(0);
  return {
    set,
    env: {
      LD_PRELOAD: await library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_CACHE_DURATION: "1",
    },
  };
}

/** The installed one, or the distribution's package, unpacked beside the servers' programs. */
async function library(): Promise<string> {
  const processor = Deno.build.arch === "aarch64" ? "aarch64" : "x86_64";
  const path = `usr/lib/${processor}-linux-gnu/faketime/libfaketimeMT.so.1`;
  const folder = `${await cacheFolder()}/faketime-package`;
  for (const file of [`/${path}`, `${folder}/${path}`]) {
    if (await exists(file)) return file;
  }
  await makeWhole(folder, async (partial) => {
    await Deno.mkdir(partial);
    const script = 'cd "$0" && apt-get download libfaketime && dpkg -x *.deb .';
    const { ok, err } = await run("sh", ["-c", script, partial]);
    if (!ok) throw new Error(`libfaketime is missing, install it: ${err}`);
  });
  return `${folder}/${path}`;
}

const exists = (file: string): Promise<boolean> =>
  Deno.stat(file).then(() => true, () => false);
