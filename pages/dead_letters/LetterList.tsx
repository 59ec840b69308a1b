/** The dead letters that match, and what can be done with one or all of them. */
import type { DeadLetterFilter, DeadLetterRow } from "../../db/dead_letters.ts";
import { plural } from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { FilterInputs } from "./FilterInputs.tsx";

interface Props {
  rows: readonly DeadLetterRow[];
  total: number;
  filter: DeadLetterFilter;
  older: string | null;
}

export function LetterList({ rows, total, filter, older }: Props) {
  if (rows.length === 0) {
    return (
      <p class="blank">
        {total === 0
          ? "No dead letters: every event that came was handled."
          : `None of the ${plural(total, "dead letter")} matches.`}
      </p>
    );
  }
  return (
    <>
      <AllThatMatch filter={filter} total={total} />
      <ol class="letters">
        {rows.map((row) => <Letter key={row.id} row={row} filter={filter} />)}
      </ol>
      {older && (
        <p>
          <a class="button" href={older}>Older ones</a>
        </p>
      )}
    </>
  );
}

interface AllProps {
  filter: DeadLetterFilter;
  total: number;
}

function AllThatMatch({ filter, total }: AllProps) {
  const which = Object.keys(filter).length === 0
    ? `all ${plural(total, "dead letter")}`
    : "all that match";
  return (
    <form class="buttons" method="post" action="/dead-letters">
      <FilterInputs filter={filter} />
      <button
        type="submit"
        id="redrive-all"
        class="button small"
        name="intent"
        value="redrive"
      >
        Redrive {which}
      </button>
      <details id="delete-all" class="confirm">
        <summary class="button small">Delete {which}…</summary>
        <span>They cannot be brought back.</span>
        <button
          type="submit"
          class="button small danger"
          name="intent"
          value="delete"
        >
          Delete {which}
        </button>
      </details>
    </form>
  );
}

interface LetterProps {
  row: DeadLetterRow;
  filter: DeadLetterFilter;
}

function Letter({ row, filter }: LetterProps) {
  const { id, actor, subject, reason, error, attempts, excerpt } = row;
  const name = row.event_id ?? row.position;
  return (
    <li class="card letter">
      <header class="card-head">
        <h2>
          <a href={`/dead-letters/${id}`}>{name}</a>
        </h2>
        <form class="buttons" method="post" action="/dead-letters">
          <FilterInputs filter={filter} />
          <input type="hidden" name="id" value={id} />
          <button
            type="submit"
            id={`redrive-${id}`}
            class="button small"
            name="intent"
            value="redrive"
            aria-label={`Redrive ${name}`}
          >
            Redrive
          </button>
          <button
            type="submit"
            id={`delete-${id}`}
            class="button small danger"
            name="intent"
            value="delete"
            aria-label={`Delete ${name}`}
          >
            Delete
          </button>
        </form>
      </header>
      <p class="small">
        <code>{actor}</code> {subject && <strong>{subject}</strong>}{" "}
        <span class="badge bad">✕ {reason}</span> {plural(attempts, "attempt")},
        {" "}
        <Time at={row.created_at} as="age" />
      </p>
      <p class="why">{error}</p>
      <details id={`payload-${id}`}>
        <summary>Payload</summary>
        <pre tabIndex={0}>{excerpt}</pre>
      </details>
    </li>
  );
}
