/**
 * `deno task bench:peers`: Signalbox beside others that do the same durable work, in the same run, on the
 * same servers. README.md beside this file says what the work is, and why each is written as it is.
 */
import { parseArgs } from "node:util";
import { openBroker, openServers } from "../servers.ts";
import { installed } from "./installs.ts";
import { type Peer, peers } from "./peers.ts";
import { ownTurn, peerTurn, type Turn } from "./turn.ts";
import { writeEvents, writeExpected } from "./work.ts";

const usage =
  `deno task bench:peers [--count N] [--peer NAME]…: Signalbox beside others, which it fetches once.

  --count N    Events of each turn, from 5000; 20000 unless told.
  --peer NAME  Only beside this one (${peers.map(({ name }) => name).join()}).`;

const rounds = 5;

interface Runner {
  readonly title: string;
  readonly turn: Turn;
  readonly rates: number[];
  /** Why its figure does not count. */
  refused?: string;
}

/** Resolves to whether every figure counts. */
async function race(count: number, wanted: readonly Peer[]): Promise<boolean> {
  const ready = await allInstalled(wanted);
  const servers = await openServers();
  const open = await openBroker("redis", servers);
  try {
    const events = await writeEvents(count);
    await writeExpected(servers.sql, count);
    const runners: Runner[] = [
      { title: "Signalbox", turn: ownTurn(servers, open, count), rates: [] },
      ...ready.map(({ peer, folder }) => ({
        title: peer.title,
        turn: peerTurn(peer, folder, servers, events, count),
        rates: [],
      })),
    ];
    console.log(`${count} events, ${rounds} rounds in turns; ${machine()}`);
    for (let round = 0; round < rounds; round++) await inTurns(runners, round);
    console.log([...table(runners), `load ${load()} after`].join("\n"));
    return runners.every(({ refused }) => refused === undefined);
  } finally {
    await open.close();
    await servers.close();
  }
}

/** Those that are there; of the others it says why they are left out. */
async function allInstalled(wanted: readonly Peer[]) {
  const ready: { peer: Peer; folder: string }[] = [];
  for (const peer of wanted) {
    try {
      ready.push({ peer, folder: await installed(peer) });
    } catch (error) {
      console.log(`${peer.title} is left out: ${(error as Error).message}`);
    }
  }
  return ready;
}

/** Each once; another begins in each round, so that none always follows the same one. */
async function inTurns(runners: readonly Runner[], round: number) {
  const first = round % runners.length;
  for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
    if (runner.refused !== undefined) continue;
    try {
      runner.rates[round] = await runner.turn();
    } catch (error) {
      runner.refused = (error as Error).message;
    }
  }
  const rates = runners.map(({ title, rates }) =>
    `${title} ${rates[round] ? told(rates[round]) : "refused"}`
  );
  console.log(`round ${round + 1}: ${rates.join(", ")}`);
}

/** The ratio is that of the turns of one round, so that what slows a round down slows both. */
function table(runners: readonly Runner[]): string[] {
  const own = runners[0]!;
  const lines = runners.map(({ title, rates, refused }) => {
    const name = title.padEnd(12);
    if (refused !== undefined) return `${name} refused: ${refused}`;
    const ratios = rates.map((rate, round) => own.rates[round]! / rate);
    const figures = [...spread(rates).map(told), spread(ratios)[1]!.toFixed(2)];
    return name + figures.map((figure) => figure.padStart(12)).join("");
  });
  const heads = ["min", "median", "max", "ours to it"];
  const head = heads.map((word) => word.padStart(12)).join("");
  return ["", "events/s".padEnd(12) + head, ...lines];
}

/** Least, median and most. */
function spread(values: readonly number[]): [number, number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  return [sorted[0]!, middle, sorted.at(-1)!];
}

const told = (rate: number) => Math.round(rate).toLocaleString("en");

/** Above the number of cores: the machine was not idle. */
const load = () => Deno.loadavg()[0]!.toFixed(1);

function machine(): string {
  return `${navigator.hardwareConcurrency} cores, load ${load()} before`;
}

/** Of the names given; all of them if there is none. */
function chosen(names: readonly string[]): Peer[] {
  const unknown = names.find((name) => !peers.some((one) => one.name === name));
  if (unknown) {
    throw new RangeError(`--peer ${unknown} is not known\n\n${usage}`);
  }
  return peers.filter(({ name }) => !names.length || names.includes(name));
}

/** With fewer, a few of the largest batches are all, and too soon over to be timed. */
function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 5_000) return count;
  throw new RangeError(`--count ${text} is no number from 5000\n\n${usage}`);
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      count: { type: "string", default: "20000" },
      peer: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  return await race(countOf(values.count), chosen(values.peer)) ? 0 : 1;
}

Deno.exit(
  await main(Deno.args).catch((error) => {
    console.error(error instanceof RangeError ? error.message : error);
    return 2;
  }),
);
