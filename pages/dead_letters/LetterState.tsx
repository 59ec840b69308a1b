/** What became of a dead letter: its state, how often it failed, and its history. */
import { shortText } from "../../ui/payload.ts";
import type { DeadLetterRow, Happening } from "../../db/dead_letters.ts";
import { plural } from "../../ui/numbers.ts";
import { heading, StateBadge } from "../../ui/parts.tsx";
import { Time } from "../../ui/Time.tsx";

/** What became of it, or why it is here. */
export function LetterState(
  { letter: { state, reason } }: { letter: DeadLetterRow },
) {
  const texts = { dead: reason, "failed-again": `Failed again: ${reason}` };
  const { [state]: text = heading(state) } = texts as Partial<
    Record<typeof state, string>
  >;
  return <StateBadge state={state}>{text}</StateBadge>;
}

/** How often and when it failed, and when it was redriven or handled. */
export function Failures({ letter }: { letter: DeadLetterRow }) {
  const { failures, attempts, failed_at, redriven_at, handled_at } = letter;
  return (
    <>
      failed {failures > 1 && `${failures} times, `}after{" "}
      {plural(attempts, "attempt")}, <Time at={failed_at} as="age" />
      {redriven_at && (
        <>
          , redriven by {letter.redriven_by} <Time at={redriven_at} as="age" />
        </>
      )}
      {handled_at && (
        <>
          , handled <Time at={handled_at} as="age" />
        </>
      )}
    </>
  );
}

/** Everything that happened to it, oldest first. */
export function LetterHistory({ of }: { of: readonly Happening[] }) {
  return (
    <ol>
      {of.map((happening, number) => (
        <li key={number}>
          <Time at={happening.at} />, {told(happening)}
        </li>
      ))}
    </ol>
  );
}

function told({ what, reason, error, by }: Happening): string {
  if (what === "redriven") return `redriven by ${by}`;
  return what === "handled"
    ? what
    : `failed: ${reason}: ${shortText(error ?? "")}`;
}
