/**
 * Tells systemd how this process fares, as sd_notify(3) has it: that it listens, that it lives, that it
 * leaves. The unit's watchdog ends a process that hangs, so that it is started again; it is fed here.
 */
import { type Config, ownAddress } from "../config.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { deadline, sleep } from "../wait.ts";
import type { Status } from "./services.ts";

export interface NotifyOptions {
  readonly to: NonNullable<Config["supervised"]>;
  /** Resolves to a line on how it fares; rejects, or takes its time, if a new process would fare better. */
  readonly ask: () => Promise<string>;
  readonly log: Log;
  /** Aborts when the process leaves. */
  readonly signal: AbortSignal;
}

/** How often it looks where no watchdog waits for it. */
const lookEveryMs = 10_000;

/** Resolves when it has told that the process leaves. */
export async function keepNotified(options: NotifyOptions): Promise<void> {
  const { to, ask, log, signal } = options;
  using socket = await open(to);
  const everyMs = Math.min(to.watchdogMs / 3 || lookEveryMs, lookEveryMs);
  const feed = async () => {
    const status = await deadline(ask(), everyMs, "no answer in time");
    await socket.tell(`WATCHDOG=1\nSTATUS=${status.replaceAll(/\s+/g, " ")}`);
  };
  await socket.tell("READY=1");
  while (!signal.aborted) {
    await feed().catch((error) =>
      log.warn("systemd's watchdog is not fed", { error: explain(error) })
    );
    await sleep(everyMs, signal).catch(() => {}); // it leaves
  }
  await socket.tell("STOPPING=1");
}

async function open({ socket, folder }: NotifyOptions["to"]) {
  const transport = "unixpacket";
  const path = `${folder}/notify`;
  await Deno.remove(path).catch(() => {}); // of a process that was killed
  // Deno sends datagrams only from a socket that has a name.
  const own = Deno.listenDatagram({ transport, path });
  const text = new TextEncoder();
  return {
    tell: (words: string) =>
      own.send(text.encode(words), { transport, path: socket }),
    [Symbol.dispose]: () => own.close(),
  };
}

/**
 * Asks itself as others do, over its own port, so that this is watched too. A server that is away is no
 * reason to start again: that is told, and waited for.
 */
export async function askItself(
  at: Pick<Config, "host" | "port">,
  { health }: Pick<Status, "health">,
): Promise<string> {
  const alive = await fetch(`http://${ownAddress(at)}/healthz`);
  await alive.body?.cancel();
  if (!alive.ok) throw new Error(`/healthz answers ${alive.status}`);
  return await health().then(
    ({ state, reasons: [reason] }) => reason ? `${state}: ${reason}` : state,
    (error) => `nobody knows: ${explain(error)}`,
  );
}
