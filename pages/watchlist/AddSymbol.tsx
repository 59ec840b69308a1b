/** The field that adds a symbol, with suggestions from the market: a combobox as ARIA describes it. */
import { useKept } from "../../ui/kept.ts";
import { useEffect, useRef } from "preact/hooks";
import type { Listing } from "../../market/market.ts";
import { request } from "../../ui/client.ts";
import { Command, CommandButton, CommandForm } from "../../ui/parts.tsx";

interface Props {
  /** What was typed before, where the server draws the form again. */
  value: string;
  error: string | null;
  /** What may be meant, where that is not clear. */
  choices: readonly Listing[];
  /** The number of the list. */
  list: number;
  busy: boolean;
  /** Given a symbol or a name. Resolves to whether it was added; the field is emptied then. */
  onAdd(text: string): Promise<boolean>;
}

export function AddSymbol(props: Props) {
  const { value, error, choices, list, busy, onAdd } = props;
  const text = useKept(value);
  const input = useRef<HTMLInputElement>(null);
  const { found, active, chosen, ask, close, onKeyDown } = useSuggestions();
  const add = async (given: string) => {
    close();
    const added = given !== "" && await onAdd(given);
    if (added) text.value = "";
    input.current?.focus();
  };
  return (
    <div class="add">
      <CommandForm
        action="/"
        fields={{ list: String(list) }}
        onCommand={() => add(chosen ?? text.value.trim())}
      >
        <label class="sr" for="symbol">Add a symbol</label>
        <div class="add-row">
          <input
            ref={input}
            id="symbol"
            name="symbol"
            value={text.value}
            placeholder="Add a symbol: AAPL or Apple"
            required
            maxLength={200}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            role="combobox"
            aria-expanded={found.length > 0}
            aria-controls="suggestions"
            aria-autocomplete="list"
            aria-activedescendant={chosen ? optionId(active) : undefined}
            aria-invalid={error !== null}
            aria-describedby="add-error"
            onInput={(event) => {
              text.value = event.currentTarget.value;
              ask(text.value.trim());
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
          />
          <CommandButton class="button primary" intent="add" disabled={busy}>
            {busy ? "Adding…" : "Add"}
          </CommandButton>
          <Suggestions found={found} active={active} onChoose={add} />
        </div>
        <p id="add-error" class="field-error" role="alert">{error}</p>
      </CommandForm>
      {choices.length > 0 && (
        <Choices choices={choices} list={list} onChoose={add} />
      )}
    </div>
  );
}

type ChoicesProps = Pick<Props, "choices" | "list"> & {
  onChoose(symbol: string): void;
};

/** What the market offers for what was typed: each a button, which adds it. */
function Choices({ choices, list, onChoose }: ChoicesProps) {
  return (
    <ul class="meant" aria-label="Which one?">
      {choices.map(({ symbol, description }) => (
        <li key={symbol}>
          <Command
            action="/"
            fields={{ symbol, list: String(list) }}
            intent="add"
            onCommand={() => onChoose(symbol)}
          >
            <strong>{symbol}</strong> {description}
          </Command>
        </li>
      ))}
    </ul>
  );
}

interface SuggestionsProps {
  found: readonly Listing[];
  active: number;
  onChoose(symbol: string): void;
}

const optionId = (index: number) => `suggestion-${index}`;

function Suggestions({ found, active, onChoose }: SuggestionsProps) {
  return (
    <ul
      id="suggestions"
      class="suggestions"
      role="listbox"
      aria-label="Suggestions"
      hidden={found.length === 0}
    >
      {found.map(({ symbol, description }, i) => (
        <li
          key={symbol}
          id={optionId(i)}
          role="option"
          aria-selected={i === active}
          // Before the field loses its focus, which would close the list.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(symbol);
          }}
        >
          <strong>{symbol}</strong> <span class="small">{description}</span>
        </li>
      ))}
    </ul>
  );
}

const most = 8;
const none = { listings: [] as readonly Listing[] };

/** Which symbols the market suggests, and which of them the arrow keys have come to. */
function useSuggestions() {
  const found = useKept<readonly Listing[]>([]);
  const active = useKept(-1);
  const ask = useSearch((listings) => {
    found.value = listings.slice(0, most);
    active.value = -1;
  });
  const close = () => ask("");
  const onKeyDown = (event: KeyboardEvent) => {
    const count = found.value.length;
    if (event.key === "Escape") close();
    if (count === 0 || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    // One place more than there are suggestions: the field itself.
    active.value = (active.value + 1 + step + count + 1) % (count + 1) - 1;
  };
  return {
    found: found.value,
    active: active.value,
    chosen: found.value[active.value]?.symbol,
    ask,
    close,
    onKeyDown,
  };
}

/**
 * Asks the market once the typing pauses, and for nothing shows nothing at once; an answer that a newer
 * question overtook is dropped.
 */
function useSearch(show: (listings: readonly Listing[]) => void) {
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);
  return (query: string) => {
    current.current?.abort();
    if (query === "") return show(none.listings);
    const { signal } = current.current = new AbortController();
    const timer = setTimeout(async () => {
      const path = `/api/search?q=${encodeURIComponent(query)}`;
      const { listings } = await request<typeof none>("GET", path, signal)
        .catch(() => none);
      if (!signal.aborted) show(listings);
    }, 200);
    signal.addEventListener("abort", () => clearTimeout(timer));
  };
}
