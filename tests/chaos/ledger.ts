/** What was published, and what has to become of it. */
import type { Reason } from "../../engine/dead_letter.ts";

export interface Entry {
  readonly id: string;
  readonly symbol: string;
  /** Market time. */
  readonly at: string;
  /** Why it has to become a dead letter; null: it has to be stored. */
  readonly dies: Reason | null;
  /** True once the broker has said that it has it. */
  acknowledged: boolean;
  /** It may stand in the stream more than once: its publication was tried again, or took long. */
  repeated: boolean;
}

export interface Ledger {
  readonly entries: ReadonlyMap<string, Entry>;
  /** Noted before it is published: what fails may have been taken all the same. */
  note(entry: Omit<Entry, "acknowledged" | "repeated">): Entry;
}

export function makeLedger(): Ledger {
  const entries = new Map<string, Entry>();
  return {
    entries,
    note(given) {
      if (entries.has(given.id)) throw new Error(`"${given.id}" is not new`);
      const entry = { ...given, acknowledged: false, repeated: false };
      entries.set(given.id, entry);
      return entry;
    },
  };
}
