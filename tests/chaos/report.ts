/** The figures of a run, for people. */
import { type InvariantName, percentile, type Verdict } from "./check.ts";
import type { Facts } from "./facts.ts";
import type { Entry } from "./ledger.ts";
import type { Fault } from "./plan.ts";
import type { Recovery } from "./recoveries.ts";
import { type Column, table } from "../../ctl/table.ts";

export interface Figures {
  readonly faults: readonly Fault[];
  /** Events that were published again because a failover may have lost them. */
  readonly lost: number;
  /** Answers of `/readyz`. */
  readonly asked: number;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly facts: Facts;
  readonly verdicts: readonly Verdict[];
  /** Processes of the application that were started, of both hosts. */
  readonly starts: number;
}

/** As lines. */
export function report(figures: Figures): string[] {
  return [
    table(rowsOf(figures), columns),
    "",
    ...eventLines(figures),
    "",
    ...slowest(figures),
    "",
    ...figures.verdicts.flatMap(verdictLines),
  ];
}

const mostShown = 5;

/** Where to look in the hosts' logs. */
function slowest({ facts }: Figures): string[] {
  return facts.recoveries.toSorted((a, b) => b.ownMs - a.ownMs)
    .slice(0, mostShown)
    .map(({ kind, ownMs, storedAt }) => {
      const time = storedAt.toISOString().slice(11, 23);
      return `slowest       ${kind}: ${
        (ownMs / 1_000).toFixed(2)
      } s, until ${time}`;
    });
}

interface Row {
  readonly kind: string;
  readonly struck: number;
  readonly since: readonly number[];
  readonly own: readonly number[];
}

function rowsOf({ faults, facts }: Figures): Row[] {
  const rowOf = (kind: string, struck: number, some: readonly Recovery[]) => ({
    kind,
    struck,
    since: some.map(({ ms }) => ms),
    own: some.map(({ ownMs }) => ownMs),
  });
  const { recoveries } = facts;
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
  return [
    ...kinds.map((name) =>
      rowOf(
        name,
        faults.filter(({ kind }) => kind === name).length,
        recoveries.filter(({ kind }) => kind === name),
      )
    ),
    rowOf("all", faults.length, recoveries),
  ];
}

const right = true;
const columns: Column<Row>[] = [
  { heading: "fault", cell: ({ kind }) => kind },
  { heading: "struck", cell: ({ struck }) => struck, right },
  { heading: "p50", cell: ({ since }) => seconds(since, 50), right },
  { heading: "p99", cell: ({ since }) => seconds(since, 99), right },
  { heading: "max", cell: ({ since }) => seconds(since, 100), right },
  { heading: "after its end p50", cell: ({ own }) => seconds(own, 50), right },
  { heading: "p99", cell: ({ own }) => seconds(own, 99), right },
  { heading: "max", cell: ({ own }) => seconds(own, 100), right },
];

/** The times to recover, for the docs. */
export function markdown(figures: Figures): string {
  const line = (cells: readonly (string | number | null | undefined)[]) =>
    `| ${cells.map((cell) => cell ?? "-").join(" | ")} |`;
  return [
    line(columns.map(({ heading }) => heading)),
    line(columns.map((column) => column.right ? "--:" : "---")),
    ...rowsOf(figures).map((row) => line(columns.map(({ cell }) => cell(row)))),
    "",
    "```",
    ...eventLines(figures),
    "```",
    "",
  ].join("\n");
}

function eventLines(figures: Figures): string[] {
  const { entries, facts, verdicts, starts, lost, asked } = figures;
  const all = [...entries.values()];
  const again = facts.stored.reduce((sum, { times }) => sum + times - 1, 0);
  const count = (name: InvariantName) =>
    verdicts.find(({ invariant }) => invariant === name)!.problems.length;
  const expected = all.filter(({ dies }) => dies).length;
  const found = new Set(facts.letters.map(({ event }) => event)).size;
  return [
    `events        ${all.length} published, ` +
    `${all.filter(({ acknowledged }) => acknowledged).length} acknowledged, ` +
    `${facts.stored.length} stored`,
    `lost          ${
      count("every acknowledged event is stored or a dead letter")
    }`,
    `duplicated    ${count("no event is both stored and a dead letter")} ` +
    `(${again} deliveries were repeated, and stored once)`,
    `failovers     ${lost} events acknowledged by a server that was lost, and published again`,
    `dead letters  ${expected} expected, ${found} found`,
    `processes     ${starts} started`,
    `readiness     ${asked} answers, ${facts.lies.length} of them wrong`,
    `incidents     ${
      [...facts.incidents].map(([kind, n]) => `${n} ${kind}`).join(", ")
    }`,
  ];
}

function verdictLines({ invariant, problems }: Verdict): string[] {
  if (problems.length === 0) return [`ok    ${invariant}`];
  const shown = problems.slice(0, 5).map((problem) => `        ${problem}`);
  const more = problems.length - shown.length;
  return [
    `RED   ${invariant}: ${problems.length}`,
    ...shown,
    ...more > 0 ? [`        and ${more} more`] : [],
  ];
}

function seconds(
  values: readonly number[],
  percent: number,
): string | undefined {
  if (values.length === 0) return undefined;
  return `${(percentile(values, percent) / 1_000).toFixed(2)} s`;
}
