/** A call to the market in words: `200 after 2 tries (503, 210 ms; 200, 340 ms), 1.1 s in all`. */
import type { KeptCall } from "../../engine/kept_calls.ts";
import { countText } from "../../ui/numbers.ts";
import { tookText } from "../../ui/Time.tsx";

type Tried = KeptCall["tries"][number];

/** How it ended, and what came before. */
export function callText({ tries, duration_ms }: KeptCall): string {
  const ended = answerText(tries.at(-1)!);
  if (tries.length === 1) return `${ended} in ${tookText(duration_ms)}`;
  const each = tries.map((one) =>
    `${answerText(one)}, ${tookText(one.duration_ms)}`
  );
  return `${ended} after ${tries.length} tries (${each.join("; ")}), ` +
    `${tookText(duration_ms)} in all`;
}

/** Whether it brought an answer, whatever that says. */
export const wasAnswered = ({ tries }: KeptCall): boolean =>
  tries.at(-1)!.error === null;

/** What it was for, how it went, and why it failed, if it did. */
export function callDetail(call: KeptCall): string {
  const { path, symbols, tries } = call;
  const shared = symbols > 1
    ? `, one call for ${countText(symbols)} symbols`
    : "";
  const { status, error } = tries.at(-1)!;
  const why = error && isRefusal(status) ? `: ${error}` : "";
  return `${path}: ${callText(call)}${shared}${why}.`;
}

const isRefusal = (status: number | null) => status !== null && status >= 400;

function answerText({ status, error }: Tried): string {
  if (status === null) return error ?? "no answer";
  return error && !isRefusal(status) ? `${status}, but ${error}` : `${status}`;
}
