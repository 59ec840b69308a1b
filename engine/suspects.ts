/**
 * Events that come back, one of which may have killed its isolate. Each time they come back they are
 * handled in smaller groups, counted before the handler runs, so that the killer ends up alone and its
 * neighbours do not become dead letters with it.
 */
import type { BatchHandler, Delivery } from "../broker/broker.ts";
import { deadLetter, type DeadLetterLedger } from "./dead_letter.ts";
import type { Store } from "./store.ts";

/** Counts deliveries of events that may have killed their isolate; kept across crashes. */
export interface Attempts {
  /** How often each was delivered again so far; 0 for those not known. */
  of(positions: readonly string[]): Promise<Map<string, number>>;
  /** Counts one more, before the handler runs. */
  count(positions: readonly string[]): Promise<unknown>;
  /** Counts one less: the isolate that had them in hand lives. */
  uncount(positions: readonly string[]): Promise<unknown>;
  clear(positions: readonly string[]): Promise<unknown>;
}

/** What may kill its isolate is left for later, once: what waits behind it goes first. */
export class LaterError extends Error {
  override readonly name = "LaterError";
}

/** For a reader that does not come again: what was left for later follows at once. */
export const insisting =
  (handler: BatchHandler): BatchHandler => async (batch, signal) => {
    try {
      await handler(batch, signal);
    } catch (error) {
      if (!(error instanceof LaterError)) throw error;
      await handler(batch, signal);
    }
  };

export interface SuspectsOptions {
  readonly actor: { readonly name: string };
  readonly attempts: Attempts;
  readonly deadLetters: Pick<DeadLetterLedger, "known">;
  readonly maxAttempts: number;
  /** Positions that were left for later in this isolate's life. */
  readonly deferred: Set<string>;
}

/**
 * Stores what comes back; the least suspect go first, as they need not wait for the killer's end.
 * @throws {LaterError} if there are events of which an isolate may have died before: the batch has to come
 * again, behind those that wait already
 */
export async function storeSuspects(
  suspects: readonly Delivery[],
  store: Store,
  { actor, attempts, deadLetters, maxAttempts, deferred }: SuspectsOptions,
  signal: AbortSignal,
): Promise<void> {
  const patiently = <T>(work: () => Promise<T>) =>
    store.outages.wait(work, signal);
  // What is a dead letter already stays one: a batch that comes back, or a group that reads everything
  // again, must neither store it as well nor let it kill again.
  const dead = await patiently(() =>
    deadLetters.known(actor.name, positionsOf(suspects))
  );
  const open = suspects.filter(({ position }) => !dead.has(position));
  const counts = await patiently(() => attempts.of(positionsOf(open)));
  const countOf = ({ position }: Delivery) => counts.get(position) ?? 0;
  const [killers, rest] = partition(
    open,
    (one) => countOf(one) >= maxAttempts - 1,
  );
  if (killers.length) {
    const error = new Error(
      `its isolate died each of the ${maxAttempts} times that it was handled`,
    );
    const reason = "killed-its-isolate";
    const letters = killers.map((delivery) =>
      deadLetter(actor.name, reason, delivery, error, maxAttempts)
    );
    await store.bury(letters, signal);
  }
  const [later, now] = partition(
    rest,
    (one) => countOf(one) > 0 && !deferred.has(one.position),
  );
  for (const group of groupsOf(now, countOf)) {
    const positions = positionsOf(group);
    await patiently(() => attempts.count(positions));
    // The first delivery was counted nowhere.
    const before = (one: Delivery) => countOf(one) + 1;
    try {
      await store.store(await store.decode(group, signal, before), signal);
    } catch (error) {
      // Given up to others, say: nothing died of it. Without a server it counts, as if the isolate had died.
      await attempts.uncount(positions).catch(() => {});
      throw error;
    }
    // At once: a killer further on brings the whole batch back, and these are innocent.
    await patiently(() => attempts.clear(positions));
  }
  await patiently(() => attempts.clear(positionsOf(killers)));
  for (const { position } of now) deferred.delete(position);
  if (later.length === 0) return;
  for (const { position } of later) deferred.add(position);
  throw new LaterError(`${later.length} events may have killed their isolate`);
}

/** More are handled in groups of 8 before each is handled alone, which takes several commits. */
const mostAlone = 64;

/**
 * Those delivered again for the first time in groups of 64, 128, 256, …: each group costs several commits,
 * and a host that died, or a group that is gone, brings back ten thousands. After that alone, so that the
 * innocent wait for as few deaths as can be.
 */
function groupsOf(
  suspects: readonly Delivery[],
  countOf: (delivery: Delivery) => number,
): Delivery[][] {
  const groups: Delivery[][] = [];
  const many = suspects.filter((one) => countOf(one) === 1).length > mostAlone;
  let first = 64;
  let open: { count: number; size: number; group: Delivery[] } | undefined;
  for (const delivery of suspects.toSorted((a, b) => countOf(a) - countOf(b))) {
    const count = countOf(delivery);
    if (open?.count !== count || open.group.length >= open.size) {
      const size = [first, many ? 8 : 1][count] ?? 1;
      if (count === 0) first *= 2;
      open = { count, size, group: [] };
      groups.push(open.group);
    }
    open.group.push(delivery);
  }
  return groups;
}

function partition<T>(
  all: readonly T[],
  test: (one: T) => boolean,
): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

function positionsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ position }) => position);
}
