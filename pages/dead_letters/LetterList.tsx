/** The dead letters that match, the form that searches them, and what can be done with one or all. */
import {
  type DeadLetterFilter,
  type DeadLetterRow,
  letterStates,
} from "../../db/dead_letters.ts";
import { eventAddress } from "../../ui/addresses.ts";
import { CommandButton, CommandForm, heading } from "../../ui/parts.tsx";
import { shortText } from "../../ui/payload.ts";
import { plural } from "../../ui/numbers.ts";
import { Failures, LetterState } from "./LetterState.tsx";

/** A GET form, so that a search has an address. */
export function FilterForm(
  { filter, actors }: { filter: DeadLetterFilter; actors: readonly string[] },
) {
  return (
    <form class="filter" method="get" action="/dead-letters" role="search">
      <label>
        Search
        <input
          type="search"
          name="search"
          value={filter.search}
          placeholder="Event id, error or payload"
        />
      </label>
      <label>
        Signal
        <select name="actor">
          <option value="">All</option>
          {actors.map((name) => (
            <option key={name} value={name} selected={name === filter.actor}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Symbol
        <input name="symbol" value={filter.symbol} size={8} />
      </label>
      <label>
        Reason
        <input name="reason" value={filter.reason} size={14} />
      </label>
      <label>
        State
        <select name="state">
          <option value="">Not handled</option>
          {[...letterStates, "all"].map((state) => (
            <option key={state} value={state} selected={state === filter.state}>
              {heading(state)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">Filter</button>
      <a href="/dead-letters">Show all</a>
    </form>
  );
}

interface ListProps {
  letters: readonly DeadLetterRow[];
  total: number;
  filter: DeadLetterFilter;
  /** The address of the next page; null on the last one. */
  older: string | null;
}

export function LetterList({ letters, total, filter, older }: ListProps) {
  if (letters.length === 0) {
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
        {letters.map((letter) => (
          <Letter key={letter.id} letter={letter} filter={filter} />
        ))}
      </ol>
      {older && (
        <p>
          <a class="button" href={older}>Older ones</a>
        </p>
      )}
    </>
  );
}

function AllThatMatch({ filter, total }: Pick<ListProps, "filter" | "total">) {
  const which = Object.keys(filter).length === 0
    ? `all ${plural(total, "dead letter")}`
    : "all that match";
  return (
    <CommandForm class="buttons" action="/dead-letters" fields={{ ...filter }}>
      <CommandButton id="redrive-all" intent="redrive">
        Redrive {which}
      </CommandButton>
      <details id="delete-all" class="confirm">
        <summary class="button small">Delete {which}…</summary>
        <span>They cannot be brought back.</span>
        <CommandButton class="button small danger" intent="delete">
          Delete {which}
        </CommandButton>
      </details>
    </CommandForm>
  );
}

type LetterProps = Pick<ListProps, "filter"> & { letter: DeadLetterRow };

function Letter({ letter, filter }: LetterProps) {
  const { id, actor, subject, error, excerpt } = letter;
  const name = letter.event_id ?? letter.position;
  return (
    <li class="card letter">
      <header class="card-head">
        <h2>
          <a href={`/dead-letters/${id}`}>{name}</a>
        </h2>
        <LetterButtons id={id} name={name} filter={filter} />
      </header>
      <p class="small">
        <code>{actor}</code> {subject && <strong>{subject}</strong>}{" "}
        <LetterState letter={letter} /> <Failures letter={letter} />,{" "}
        <a href={eventAddress(actor, letter.position)}>its way</a>
      </p>
      <p class="why">{shortText(error)}</p>
      <details id={`payload-${id}`}>
        <summary>Payload</summary>
        <pre tabIndex={0}>{excerpt}</pre>
      </details>
    </li>
  );
}

interface ButtonsProps {
  id: string;
  name: string;
  /** Of the list to come back to. */
  filter?: DeadLetterFilter;
  look?: string;
}

export function LetterButtons(props: ButtonsProps) {
  const { id, name, filter, look = "button small" } = props;
  const fields = { ...filter, id };
  return (
    <CommandForm class="buttons" action="/dead-letters" fields={fields}>
      {["redrive", "delete"].map((intent) => (
        <CommandButton
          key={intent}
          id={`${intent}-${id}`}
          class={intent === "delete" ? `${look} danger` : look}
          intent={intent}
          aria-label={`${heading(intent)} ${name}`}
        >
          {heading(intent)}
        </CommandButton>
      ))}
    </CommandForm>
  );
}
