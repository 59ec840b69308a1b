/** What is new since the reader was here last; in the browser. */
import type { Signal } from "./data.ts";
import type { LiveRow } from "./live_row.ts";

/** When the reader was here last, in ms since 1970; now, at the first time. From now on it is now. */
export function noteVisit(): number {
  const now = Date.now();
  try {
    const before = Number(localStorage.getItem("visited") ?? now);
    localStorage.setItem("visited", `${now}`);
    return before;
  } catch {
    return now; // Forbidden.
  }
}

/** Puts a dot at what came since the reader's last visit. */
export function markNew(
  { full, ats }: LiveRow,
  signals: readonly Signal[],
  lastVisit: number,
): void {
  if (!full) return;
  let cell = 1;
  signals.forEach(({ columns }, i) => {
    for (const { marksNew } of columns) {
      const td = full.cells[cell++];
      if (marksNew) td?.classList.toggle("new", (ats[i] ?? 0) > lastVisit);
    }
  });
}
