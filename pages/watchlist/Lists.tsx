/** Above the watchlist: the named lists, what can be done with them, and adding many symbols at once. */
import { defaultList, type List } from "../../db/lists.ts";
import { plural } from "../../ui/numbers.ts";
import { CommandButton, CommandForm } from "../../ui/parts.tsx";
import { addressOf } from "./submit.ts";

interface Props {
  readonly lists: readonly List[];
  /** The one that is shown. */
  readonly shown: List;
}

export function Lists({ lists, shown }: Props) {
  return (
    <div class="lists">
      <nav aria-label="Lists" hidden={lists.length === 1}>
        {lists.map(({ id, name, symbols }) => (
          <a
            key={id}
            href={addressOf(id)}
            // Said of each: what serves the page marks all links to its own path otherwise.
            aria-current={id === shown.id ? "page" : "false"}
          >
            {name} <span class="small">{symbols}</span>
          </a>
        ))}
      </nav>
      <details>
        <summary>Lists</summary>
        <NameForm intent="list-create" label="New list" button="Make it" />
        <NameForm
          intent="list-rename"
          label="Rename this list"
          value={shown.name}
          button="Rename"
          list={shown.id}
        />
        {shown.id !== defaultList && <DeleteForm list={shown} />}
      </details>
      <AddMany list={shown} />
    </div>
  );
}

interface NameProps {
  readonly intent: string;
  readonly label: string;
  readonly button: string;
  readonly value?: string;
  readonly list?: number;
}

const fieldsOf = (list: number | undefined) =>
  list === undefined ? {} : { list: String(list) };

function NameForm({ intent, label, button, value, list }: NameProps) {
  return (
    <CommandForm action="/" fields={fieldsOf(list)}>
      <label for={intent}>{label}</label>
      <div class="add-row">
        <input
          id={intent}
          name="name"
          value={value}
          required
          maxLength={60}
          autocomplete="off"
        />
        <CommandButton intent={intent}>{button}</CommandButton>
      </div>
    </CommandForm>
  );
}

function DeleteForm({ list: { id, name, symbols } }: { list: List }) {
  return (
    <details class="confirm">
      <summary>Delete this list…</summary>
      <span>
        {plural(symbols, "symbol")}{" "}
        on it: what is on no other list is scanned no more.
      </span>
      <CommandForm action="/" fields={fieldsOf(id)}>
        <CommandButton class="button small danger" intent="list-delete">
          Delete “{name}”
        </CommandButton>
      </CommandForm>
    </details>
  );
}

function AddMany({ list: { id, name } }: { list: List }) {
  const csv = id === defaultList ? "" : `&list=${id}`;
  return (
    <details>
      <summary>Import, export</summary>
      <form
        method="post"
        action={addressOf(id)}
        encType="multipart/form-data"
      >
        <input type="hidden" name="list" value={id} />
        <label for="many">Symbols to add to “{name}”</label>
        <textarea
          id="many"
          name="symbols"
          rows={5}
          spellcheck={false}
          autocapitalize="characters"
          placeholder="AAPL, MSFT, BRK.B … or CSV with a column “symbol”"
        />
        <label for="many-file">or a file (CSV or text)</label>
        <input
          id="many-file"
          type="file"
          name="file"
          accept=".csv,.txt,text/csv,text/plain"
        />
        <CommandButton intent="add-many">Add all</CommandButton>
      </form>
      <p class="small">
        Save as CSV:{" "}
        <a href={`/api/watchlist?format=csv${csv}`} download>this list</a>,{" "}
        <a href="/api/lists?format=csv" download>all lists</a>. For
        spreadsheets, where no text is taken for a formula:{" "}
        <a href={`/api/watchlist?format=csv&safe=1${csv}`} download>
          this list
        </a>, <a href="/api/lists?format=csv&safe=1" download>all lists</a>
      </p>
    </details>
  );
}
