/** What happened since somebody looked, in one list. */
import type { Range, ToldEntry } from "../../host/pipeline.ts";
import { countText, plural } from "../../ui/numbers.ts";
import { Card, CommandButton, CommandForm, heading } from "../../ui/parts.tsx";
import { spanText, Time } from "../../ui/Time.tsx";
import { Positions } from "./Positions.tsx";

/** More would bury the rest of the page; the API has them all. */
export const mostEntries = 50;
const shownAtOnce = 8;

interface Props {
  /** Null if it cannot be read now. */
  journal: {
    /** RFC 3339; null if nobody has ever looked. */
    readonly since: string | null;
    readonly entries: readonly ToldEntry[];
  } | null;
  range: Range;
}

export function JournalCard({ journal, range }: Props) {
  const entries = journal?.entries ?? [];
  return (
    <Card
      id="journal"
      title="Since you last looked"
      aside={entries.length > 0 && <Read range={range} />}
    >
      {!journal
        ? <p class="notice warn">What happened cannot be read now.</p>
        : (
          <p class="small">
            {journal.since
              ? (
                <>
                  That was <Time at={journal.since} as="age" />.
                </>
              )
              : "That was never: this is the first look."}
            {entries.length >= mostEntries &&
              ` The newest ${mostEntries} of what happened.`}
          </p>
        )}
      {journal && entries.length === 0 &&
        <p class="empty">Nothing happened that you need to know of.</p>}
      <Entries entries={entries.slice(0, shownAtOnce)} />
      {entries.length > shownAtOnce && (
        <details id="journal-earlier">
          <summary>
            Earlier: {countText(entries.length - shownAtOnce)} more
          </summary>
          <Entries entries={entries.slice(shownAtOnce)} />
        </details>
      )}
    </Card>
  );
}

function Read({ range }: Pick<Props, "range">) {
  return (
    <CommandForm class="buttons" action="/actors" fields={{ range }}>
      <CommandButton id="journal-read" intent="read">
        I have read it
      </CommandButton>
    </CommandForm>
  );
}

function Entries({ entries }: { entries: readonly ToldEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <ol class="incidents">
      {entries.map((entry, i) => <Entry key={i} entry={entry} />)}
    </ol>
  );
}

function Entry({ entry }: { entry: ToldEntry }) {
  const { kind, actor, host, detail, at, until, count } = entry;
  const span = until ? Date.parse(until) - Date.parse(at) : 0;
  return (
    <li class={toneOf(kind)}>
      <Time at={at} /> <strong>{heading(kind)}</strong>{" "}
      {actor && <a href={`#actor-${actor}`}>{actor}</a>}{" "}
      {span >= 1_000 && (
        <span class="small">
          {count > 1 ? "within" : "for"} {spanText(span)}
        </span>
      )} {count > 1 && <span class="small">{plural(count, "time")}</span>}{" "}
      {host && <span class="small">on {host}</span>}
      <p>
        {kind === "dead-letters" && actor
          ? (
            <a href={`/dead-letters?actor=${encodeURIComponent(actor)}`}>
              {detail}
            </a>
          )
          : <Positions text={detail} actor={actor} />}
      </p>
    </li>
  );
}

const bad = [
  "down",
  "host-lost",
  "not-ready",
  "slot-failed",
  "actor-failed",
  "dead-letters",
];

const toneOf = (kind: string) => bad.includes(kind) ? "bad" : undefined;
