/** The command that searches a stream, and follows it. */
import { sleep } from "../wait.ts";
import { type Api, path } from "./api.ts";
import { command, edgeHint, edgeOf } from "./command.ts";
import { untilInterrupted } from "./screen.ts";
import { table } from "./table.ts";

interface StreamEvent {
  readonly position: string;
  readonly stored_at: string;
  readonly key: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** A page of the API's search. */
interface Page {
  readonly events: StreamEvent[];
  readonly looked: {
    readonly from: string | null;
    readonly to: string | null;
    readonly count: number;
  };
  readonly next: string | null;
}

type Query = Readonly<Record<string, string | undefined>>;

export const events = command({
  words: "<signal>",
  flags: {
    symbol: { type: "string", help: "Only those of this symbol." },
    text: {
      type: "string",
      help: "Only those whose payload or id holds this; case is ignored.",
    },
    grep: { type: "string", help: "The same as --text." },
    from: { type: "string", help: `Not what was stored before: ${edgeHint}` },
    to: { type: "string", help: `Not what was stored after: ${edgeHint}` },
    limit: { type: "string", help: "How many; 20 unless told." },
    follow: { type: "boolean", help: "Goes on with those that come." },
  },
  summary: "The newest events of a stream, or those that a search finds.",
  details:
    "The oldest of them stands first. A search goes on until it has found enough, or the\n" +
    "stream is at its end, and says how far it has looked; Ctrl+C stops it.",
  async run([actor], { api, flags, answer, note, clock, time }) {
    const { follow, limit = "20", grep, text = grep, symbol } = flags;
    const from = edgeOf(flags.from, "--from", clock);
    const to = edgeOf(flags.to, "--to", clock);
    const filter = { symbol, text, from, to };
    const found = await search(api, actor, { ...filter, limit }, note);
    const shown = found.toReversed();
    if (!follow) {
      return answer(shown, shown.length ? lines(shown, time) : "no events");
    }
    const tell = (events: readonly StreamEvent[]) => {
      for (const one of events) answer(one, lines([one], time, false));
    };
    tell(shown);
    const { to: _, from: __, ...wanted } = filter;
    const last = shown.at(-1)?.position;
    await untilInterrupted((signal) =>
      followed(api, actor, wanted, last, tell, signal)
    );
  },
});

/** Page after page into the past, until enough is found; newest first. */
async function search(
  api: Api,
  actor: string,
  query: Query,
  note: (text: string) => void,
): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  const most = Number(query.limit);
  let looked = 0;
  let before: string | undefined;
  while (true) {
    const limit = String(Math.min(1_000, most - found.length) || query.limit);
    const asked = { ...query, limit, before, order: "newest" };
    const page = await ask(api, actor, asked);
    found.push(...page.events);
    if (page.next === null || found.length >= most) return found;
    looked += page.looked.count;
    note(`looked at ${looked} events, back to ${page.looked.from} …`);
    before = page.next;
  }
}

/** From behind a position, for ever. */
async function followed(
  api: Api,
  actor: string,
  query: Query,
  last: string | undefined,
  tell: (events: readonly StreamEvent[]) => void,
  signal: AbortSignal,
): Promise<never> {
  // Where nothing was found it begins with what is newest now.
  let after = last ?? await newest(api, actor);
  while (true) {
    const asked = { ...query, after, order: "oldest" };
    const { events, next, looked } = await ask(api, actor, asked);
    tell(events);
    after = next ?? events.at(-1)?.position ?? after;
    if (next === null || looked.count === 0) await sleep(1_000, signal);
  }
}

async function newest(api: Api, actor: string): Promise<string | undefined> {
  const { events } = await ask(api, actor, { limit: "1", order: "newest" });
  return events[0]?.position;
}

function ask(api: Api, actor: string, query: Query): Promise<Page> {
  const given = Object.entries(query).filter(([, value]) =>
    value !== undefined
  );
  const asked = new URLSearchParams(given as [string, string][]);
  return api.get(`${path`/api/streams/${actor}/events`}?${asked}`);
}

function lines(
  events: readonly StreamEvent[],
  time: (iso: string) => string,
  headed = true,
): string {
  const columns = [
    { heading: "STORED", cell: (e: StreamEvent) => time(e.stored_at) },
    { heading: "POSITION", cell: (e: StreamEvent) => e.position },
    { heading: "SYMBOL", cell: (e: StreamEvent) => e.key },
    { heading: "DATA", cell: (e: StreamEvent) => dataText(e) },
  ];
  const text = table(events, columns);
  return headed ? text : text.slice(text.indexOf("\n") + 1);
}

const dataText = ({ data }: StreamEvent): string =>
  typeof data === "string" ? data : JSON.stringify(data);
