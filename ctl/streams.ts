/** Commands about streams: what is pending, taking over, replaying. */
import type { z } from "zod";
import type { pendingSchema, replaySchema } from "../api/answers.ts";
import { required } from "./actors.ts";
import type { Api } from "./api.ts";
import type { Command } from "./commands.ts";
import { duration, table } from "./table.ts";

type Pending = z.infer<typeof pendingSchema>;
type Replay = z.infer<typeof replaySchema>;

export const pending: Command = {
  usage: "pending <signal> [--limit N]",
  summary: "Entries delivered and not yet acknowledged, with their consumers.",
  async run([signal], { api, flags, print }) {
    const limit = flags.limit
      ? `?limit=${encodeURIComponent(flags.limit)}`
      : "";
    const path = `/api/streams/${
      required(signal, "pending needs a signal")
    }/pending${limit}`;
    const { pending } = await api.get<{ pending: Pending[] }>(path);
    if (flags.json) print(JSON.stringify(pending, null, 2));
    else if (!pending.length) print("nothing is pending");
    else {
      print(table(pending, [
        { heading: "POSITION", cell: (p) => p.position },
        { heading: "CONSUMER", cell: (p) => p.consumer },
        { heading: "IDLE", cell: (p) => duration(p.idle_ms), right: true },
        { heading: "DELIVERIES", cell: (p) => p.deliveries, right: true },
      ]));
    }
    return true;
  },
};

export const claim: Command = {
  usage: "claim <signal>",
  summary: "Takes over, now, what dead consumers left pending.",
  details:
    "Every isolate does so by itself, every few seconds. Entries of live consumers are left alone.",
  async run([signal], { api, flags, print }) {
    const name = required(signal, "claim needs a signal");
    const result = await api.post<{ claimed: number }>(
      `/api/streams/${name}/claim`,
    );
    print(
      flags.json
        ? JSON.stringify(result)
        : `${result.claimed} entries taken over`,
    );
    return true;
  },
};

export const replay: Command = {
  usage: "replay <signal> [--from T] [--to T]",
  summary: "Hands a window of the stream to the live handler again.",
  details:
    "T is a time (2026-01-31T14:30:00Z) or a position; without them the whole stream is replayed.\n" +
    "The live group does not move, and handling an event again changes nothing, so a replay is\n" +
    "harmless: it heals what was lost in PostgreSQL or in the cache.",
  async run([signal], { api, flags, print, note }) {
    const name = required(signal, "replay needs a signal");
    const { from, to } = flags;
    const started = await api.post<Replay>(`/api/streams/${name}/replay`, {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    const ended = await follow(api, name, started, note);
    if (flags.json) print(JSON.stringify(ended, null, 2));
    else {print(
        ended.state === "done"
          ? `${ended.done} events replayed`
          : `the replay failed: ${ended.error}`,
      );}
    return ended.state === "done";
  },
};

async function follow(
  api: Api,
  name: string,
  replay: Replay,
  note: (text: string) => void,
): Promise<Replay> {
  let told = -1;
  while (replay.state === "running") {
    if (replay.done !== told) {
      note(`${told = replay.done} of ${replay.total ?? "?"} …`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    replay = await api.get<Replay>(`/api/streams/${name}/replay`);
  }
  return replay;
}
