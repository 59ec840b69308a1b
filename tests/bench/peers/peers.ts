/** The others: what each needs, how it is installed, how it is started, and what it has left to do. */
import { fileURLToPath } from "node:url";
import type { Redis } from "ioredis";
import { run } from "../../../dev/command.ts";

/** The stream or queue of whoever runs. */
export const stream = "peer";

export interface Peer {
  /** For `--peer`, and its folder beside this file. */
  readonly name: string;
  readonly title: string;
  /** A command that fails where it cannot be installed, and what to install then. */
  readonly needs: {
    readonly command: readonly string[];
    readonly what: string;
  };
  /** Said before it is fetched. */
  readonly fetches: string;
  /** Installs what its folder `source` pins into `folder`, which is there and empty. */
  install(source: string, folder: string): Promise<void>;
  /** To which `publish` or `consume` is added. */
  command(source: string, folder: string): readonly string[];
  /** How many of its events are not finished; infinite until it has begun. */
  left(redis: Redis): Promise<number>;
}

export const peers: readonly Peer[] = [
  {
    name: "faststream",
    title: "FastStream",
    needs: {
      command: ["python3", "-c", "import ensurepip"],
      what: "python3 with venv",
    },
    fetches: "faststream 0.7.8 and asyncpg 0.32.0, by pip",
    async install(source, folder) {
      await must("python3", ["-m", "venv", folder]);
      const list = `${source}/requirements.txt`;
      await must(`${folder}/bin/python`, ["-m", "pip", "install", "-r", list]);
    },
    command: (source, folder) => [`${folder}/bin/python`, `${source}/peer.py`],
    left: leftInGroup,
  },
  {
    name: "watermill",
    title: "Watermill",
    needs: { command: ["go", "version"], what: "go" },
    fetches:
      "watermill 1.5.1, watermill-redisstream 1.4.5 and pgx 5.12.0, by go",
    async install(source, folder) {
      await must("go", ["build", "-o", `${folder}/peer`, "."], source);
    },
    command: (_, folder) => [`${folder}/peer`],
    left: leftInGroup,
  },
  {
    name: "bullmq",
    title: "BullMQ",
    needs: { command: ["npm", "--version"], what: "node with npm" },
    fetches: "bullmq 6.7.0, ioredis 5.9.3 and postgres 3.4.9, by npm",
    async install(source, folder) {
      const files = ["package.json", "package-lock.json", "peer.mjs"];
      for (const file of files) {
        await Deno.copyFile(`${source}/${file}`, `${folder}/${file}`);
      }
      const options = ["--ignore-scripts", "--no-audit", "--no-fund"];
      await must("npm", ["ci", ...options], folder);
    },
    command: (_, folder) => ["node", `${folder}/peer.mjs`],
    async left(redis) {
      const [waiting, active, failed] = await Promise.all([
        redis.llen(`bull:${stream}:wait`),
        redis.llen(`bull:${stream}:active`),
        redis.zcard(`bull:${stream}:failed`),
      ]);
      return waiting + active + failed;
    },
  },
];

/** Where its files are. */
export function sourceOf({ name }: Peer): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function must(
  command: string,
  args: readonly string[],
  cwd = "/",
): Promise<void> {
  const { ok, err } = await run(command, args, { cwd });
  if (!ok) throw new Error(`${command} ${args[0]}: ${err}`);
}

async function leftInGroup(redis: Redis): Promise<number> {
  // Until somebody has published there is no stream.
  const groups = await redis.xinfo("GROUPS", stream).catch(() => []);
  const [group] = groups as (string | number)[][];
  if (!group) return Infinity;
  const of = (field: string) => group[group.indexOf(field) + 1];
  return Number(of("pending")) + Number(of("lag") ?? Infinity);
}
