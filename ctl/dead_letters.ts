/** Commands about dead letters. */
import type {
  DeadLetter,
  DeadLetterRow,
  LetterState,
} from "../db/dead_letters.ts";
import type { Redriven } from "../db/redrive.ts";
import { sleep } from "../wait.ts";
import { type Api, path } from "./api.ts";
import { command, type Flags, UsageError, type Values } from "./command.ts";
import { shorten, table } from "./table.ts";

const filterFlags = {
  actor: { type: "string", help: "Only those of this actor." },
  symbol: { type: "string", help: "Only those of this symbol." },
  reason: { type: "string", help: "Only those with this reason." },
  search: { type: "string", help: "Only those whose error or data holds it." },
  state: {
    type: "string",
    help:
      "Only those in it: dead, redriving, failed-again, handled, or all.\n" +
      "Unless given, all but those that are handled.",
  },
} as const satisfies Flags;

const chosenFlags = {
  ...filterFlags,
  all: { type: "boolean", help: "All of them, if no filter is given." },
} as const satisfies Flags;

const deadLetters = command({
  words: "[id]",
  flags: {
    ...filterFlags,
    limit: { type: "string", help: "How many to list." },
  },
  summary:
    "Events that could not be handled, newest first, or one of them whole.",
  async run([id], { api, flags, answer, time }) {
    if (id) {
      const letter = await api.get<DeadLetter>(path`/api/dead-letters/${id}`);
      return answer(letter, JSON.stringify(letter, null, 2));
    }
    const { limit: _, ...filter } = flags;
    const all = Object.values(filter).every((value) => value === undefined);
    if (all) await api.post("/api/dead-letters/seen");
    const { dead_letters } = await listed(api, flags);
    answer(
      dead_letters,
      dead_letters.length ? overview(dead_letters, time) : "no dead letters",
    );
  },
});

function overview(
  letters: readonly DeadLetterRow[],
  time: (iso: string) => string,
): string {
  return table(letters, [
    { heading: "ID", cell: (l) => l.id, right: true },
    { heading: "ACTOR", cell: (l) => l.actor },
    { heading: "SYMBOL", cell: (l) => l.subject },
    { heading: "STATE", cell: (l) => l.state },
    { heading: "REASON", cell: (l) => l.reason },
    { heading: "FAILED", cell: (l) => l.failures, right: true },
    { heading: "CREATED", cell: (l) => time(l.created_at) },
    { heading: "ERROR", cell: (l) => l.error },
  ]);
}

const choice = {
  words: "[id]…",
  flags: chosenFlags,
  details: "By their ids, by a filter, or all of them with --all.",
} as const;

interface List {
  readonly dead_letters: DeadLetterRow[];
  /** Of all that match. */
  readonly total: number;
}

function listed(api: Api, query: Readonly<Record<string, string>>) {
  return api.get<List>(`/api/dead-letters?${new URLSearchParams(query)}`);
}

const redrive = command({
  ...choice,
  summary:
    "Sends dead letters through the stream again, and tells how it ended.",
  details: `${choice.details} Waits up to half a minute for what becomes of ` +
    "them;\nexits with 1 if an id is not there, if one failed again, or is still on its way.",
  async run(ids, { api, env, flags, answer, note }) {
    const sent = await api.post<Redriven>("/api/dead-letters/redrive", {
      ...ids.length ? { ids } : { filter: chosen(flags) },
      by: env.USER ? `ctl (${env.USER.slice(0, 80)})` : "ctl",
    });
    if (sent.redriven) note(`${sent.redriven} sent through the stream again …`);
    const outcome = await outcomeOf(api, sent.redrive);
    answer({ ...sent, ...outcome }, outcomeText(sent, outcome));
    return outcome.failed + outcome.redriving === 0;
  },
});

/** What became of what a redrive sent. */
interface Outcome {
  readonly handled: number;
  readonly failed: number;
  /** Those of `failed`, or the first of them. */
  readonly failures: readonly DeadLetterRow[];
  /** Still on their way. */
  readonly redriving: number;
}

const patienceMs = 30_000;

async function outcomeOf(api: Api, redrive: string): Promise<Outcome> {
  const of = (state: LetterState, limit = "1") =>
    listed(api, { redrive, state, limit });
  const until = performance.now() + patienceMs;
  let redriving = await of("redriving");
  while (redriving.total && performance.now() < until) {
    await sleep(200);
    redriving = await of("redriving");
  }
  const [handled, failed] = await Promise.all([
    of("handled"),
    of("failed-again", "20"),
  ]);
  return {
    handled: handled.total,
    failed: failed.total,
    failures: failed.dead_letters,
    redriving: redriving.total,
  };
}

function outcomeText(
  { redriven }: Redriven,
  { handled, failed, failures, redriving }: Outcome,
): string {
  if (!redriven) return "no dead letter matches";
  const counts = [
    `${redriven} redriven`,
    `${handled} handled`,
    ...(failed ? [`${failed} failed again`] : []),
    ...(redriving ? [`${redriving} still on their way: see dead-letters`] : []),
  ];
  const reasons = failures.map(({ id, reason, error }) =>
    `${id} failed again: ${reason}: ${shorten(error, 200)}`
  );
  return [counts.join(", "), ...reasons].join("\n");
}

const deleteDeadLetters = command({
  ...choice,
  summary: "Deletes dead letters for good.",
  async run(ids, { api, flags, answer }) {
    let removed = ids.length;
    for (const id of ids) await api.delete(path`/api/dead-letters/${id}`);
    if (!ids.length) {
      const query = new URLSearchParams(chosen(flags));
      if (flags.all) query.set("all", "true");
      const url = `/api/dead-letters?${query}`;
      ({ removed } = await api.delete<{ removed: number }>(url));
    }
    answer({ removed }, `${removed} deleted`);
  },
});

/** @throws {UsageError} if nothing is given: all of them are meant only when said so. */
function chosen({ all, ...filter }: Values<typeof chosenFlags>) {
  if (Object.keys(filter).length || all) return filter;
  const names = Object.keys(filterFlags).map((name) => `--${name}`);
  throw new UsageError(`give ids, a filter (${names.join(", ")}), or --all`);
}

export const deadLetterCommands = {
  "dead-letters": deadLetters,
  redrive,
  "delete-dead-letters": deleteDeadLetters,
};
