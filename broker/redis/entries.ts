/** Entries as Redis sends them, which are bytes, and as text. */
import type { Buffer } from "node:buffer";
import type { Entry } from "./stream.ts";

export type RawEntry = [id: Buffer, fields: Buffer[] | null];

/**
 * Turns the entries of a reply into text, in their place: so all bytes but the last are garbage as soon as they are
 * read, and need not outlive a collection. Most fields of an entry, all names among them, are the same as
 * those of the one before it: these are compared and not made again.
 */
export function toText(entries: RawEntry[]): Entry[] {
  const bytesBefore: Buffer[] = [];
  const textBefore: string[] = [];
  for (const entry of entries) {
    const [id, bytes] = entry;
    const made = entry as unknown as Entry;
    made[0] = id.toString();
    const fields = made[1];
    for (let i = 0; bytes && fields && i < bytes.length; i++) {
      const field = bytes[i]!;
      if (!isSame(field, bytesBefore[i])) {
        bytesBefore[i] = field;
        textBefore[i] = field.toString();
      }
      fields[i] = textBefore[i]!;
    }
  }
  return entries as unknown as Entry[];
}

/** By hand: a call of Buffer's own takes longer than these few bytes. */
function isSame(bytes: Buffer, other: Buffer | undefined): boolean {
  if (bytes.length !== other?.length) return false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== other[i]) return false;
  }
  return true;
}
