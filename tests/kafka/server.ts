/** A real Kafka for the tests: one KRaft node from Apache's own jars, which dies with this process. */
import { sleep } from "../../wait.ts";
import { kafkaJars } from "./jars.ts";

const readyWithinMs = 60_000;

export interface KafkaServer {
  /** `kafka://127.0.0.1:port` */
  readonly url: string;
  /** Of the Java process; another one after `restart`. */
  readonly pid: number;
  /** Ends it in order; its data goes too, unless `dir` was given. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: SIGKILL. `restart` brings it back with the same data. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; ends it in order first if it still runs. */
  restart(): Promise<void>;
}

export interface KafkaServerOptions {
  /** Where its data stays; a new temporary folder unless given. */
  readonly dir?: string;
  /** The port for clients; a free one unless given. */
  readonly port?: number;
  /** The port that it tells clients to use: that of a proxy. The same unless given. */
  readonly advertised?: number;
  /** Further listeners: the port of each protocol; DIRECT is plain, and told as it is. */
  readonly listeners?: Readonly<
    Partial<Record<"SSL" | "SASL_SSL" | "DIRECT", number>>
  >;
  /** Further lines of its configuration. */
  readonly properties?: string;
  /** Users for SCRAM, as Kafka's storage tool takes them: `SCRAM-SHA-256=[name=a,password=b]`. */
  readonly scram?: readonly string[];
}

interface Process {
  readonly pid: number;
  /** Sends a signal and resolves when the process is gone. */
  end(signal: "TERM" | "KILL"): Promise<void>;
}

/** Starts a broker and resolves when it serves. */
export async function startKafka(
  options: KafkaServerOptions = {},
): Promise<KafkaServer> {
  const jars = await kafkaJars();
  const dir = options.dir ??
    await Deno.makeTempDir({ prefix: "signalbox-kafka-" });
  const port = options.port ?? freePort();
  await writeProperties(dir, port, options);
  await format(jars, dir, options.scram);
  let process: Process | null = await launch(jars, dir);
  const end = async (signal: "TERM" | "KILL") => {
    await process?.end(signal);
    process = null;
  };
  return {
    url: `kafka://127.0.0.1:${port}`,
    get pid() {
      if (!process) throw new Error(`the Kafka on port ${port} is not running`);
      return process.pid;
    },
    kill: () => end("KILL"),
    async stop() {
      await end("TERM");
      if (!options.dir) await Deno.remove(dir, { recursive: true });
    },
    async restart() {
      await end("TERM");
      process = await launch(jars, dir);
    },
  };
}

export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function writeProperties(
  dir: string,
  port: number,
  { advertised = port, listeners = {}, properties = "" }: KafkaServerOptions,
): Promise<void> {
  const at = (name: string, port: number) => `${name}://127.0.0.1:${port}`;
  const more = Object.entries(listeners).map((each) => at(...each));
  const controller = freePort();
  const own = [at("PLAINTEXT", port), at("CONTROLLER", controller), ...more];
  const told = [at("PLAINTEXT", advertised), ...more];
  const fixed = await Deno.readTextFile(
    new URL("server.properties", import.meta.url),
  );
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(
    `${dir}/server.properties`,
    `${fixed}
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=${own}
advertised.listeners=${told}
log.dirs=${dir}/data
${properties}
`,
  );
}

function java(jars: string): string[] {
  return [
    "java",
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    // A broker that lives for minutes gains nothing from the second compiler, which costs it its start.
    "-XX:TieredStopAtLevel=1",
    `-Dlog4j2.configurationFile=${import.meta.resolve("./log4j2.properties")}`,
    "-cp",
    `${jars}/*`,
  ];
}

async function format(
  jars: string,
  dir: string,
  scram: readonly string[] = [],
): Promise<void> {
  if (
    await Deno.stat(`${dir}/data/meta.properties`).then(() => true, () => false)
  ) return;
  const id = crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const [command, ...args] = java(jars);
  const { success, stdout, stderr } = await new Deno.Command(command!, {
    args: [
      ...args,
      "kafka.tools.StorageTool",
      "format",
      // One word: an id may begin with a dash.
      `--cluster-id=${id}`,
      ...scram.flatMap((user) => ["--add-scram", user]),
      "-c",
      `${dir}/server.properties`,
    ],
    stdin: "null",
  }).output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(
    `Kafka could not format ${dir}: ${text.decode(stdout)}${
      text.decode(stderr)
    }`,
  );
}

/**
 * The shell around Java holds the read end of a pipe from this process: when this process is gone,
 * whatever ended it, the pipe closes and Java is killed. So a broken test run leaves no broker behind.
 */
const leash = `
log=$1; shift
"$@" >"$log" 2>&1 </dev/null & child=$!
echo $child
exec 3<&0
( cat <&3 >/dev/null; kill -9 $child 2>/dev/null ) & watcher=$!
wait $child
kill $watcher 2>/dev/null
`;

async function launch(jars: string, dir: string): Promise<Process> {
  const log = `${dir}/server.log`;
  await Deno.remove(log).catch(() => {});
  const shell = new Deno.Command("sh", {
    args: [
      "-c",
      leash,
      "kafka",
      log,
      ...java(jars),
      "kafka.Kafka",
      `${dir}/server.properties`,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const pid = await readPid(shell.stdout);
  let exited = false;
  const gone = shell.status.then(() => {
    exited = true;
  });
  const end = async (signal: "TERM" | "KILL") => {
    if (!exited) Deno.kill(pid, `SIG${signal}`);
    await gone;
    await shell.stdin.close().catch(() => {});
  };
  const until = Date.now() + readyWithinMs;
  while (!(await readLog(log)).includes("Kafka Server started")) {
    if (exited || Date.now() > until) {
      const tail = (await readLog(log)).split("\n").slice(-15).join("\n");
      await end("KILL");
      throw new Error(
        `Kafka did not start within ${
          readyWithinMs / 1000
        } s; the end of its log:\n${tail}`,
      );
    }
    await sleep(50);
  }
  return { pid, end };
}

async function readPid(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<number> {
  const reader = stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Number(new TextDecoder().decode(value));
}

async function readLog(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
