/** The field that adds a symbol, with suggestions from the market: a combobox as ARIA describes it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { request } from "../../ui/client.ts";

interface Listing {
  symbol: string;
  description: string;
}

interface Props {
  /** What was typed before, where the server draws the form again. */
  value: string;
  error: string | null;
  busy: boolean;
  /** Resolves to whether it was added; the field is emptied then. */
  onAdd(symbol: string): Promise<boolean>;
}

export function AddSymbol({ value, error, busy, onAdd }: Props) {
  const text = useSignal(value);
  const form = useRef<HTMLFormElement>(null);
  const suggestions = useSuggestions();
  const { found, active, chosen } = suggestions;
  const add = async (symbol: string) => {
    suggestions.close();
    const added = symbol !== "" && await onAdd(symbol.toUpperCase());
    if (added) text.value = "";
    form.current?.querySelector("input")?.focus();
  };
  return (
    <form
      ref={form}
      class="add"
      method="post"
      action="/"
      onSubmit={(event) => {
        event.preventDefault();
        add(chosen ?? text.value.trim());
      }}
    >
      <label class="sr" for="symbol">Add a symbol</label>
      <div class="add-row">
        <Field
          text={text.value}
          invalid={error !== null}
          open={found.length > 0}
          active={chosen && optionId(active)}
          onText={(typed) => {
            text.value = typed;
            suggestions.ask(typed.trim());
          }}
          onKeyDown={suggestions.onKeyDown}
          onLeave={suggestions.close}
        />
        <button
          type="submit"
          class="button primary"
          name="intent"
          value="add"
          disabled={busy}
        >
          {busy ? "Adding…" : "Add"}
        </button>
        <Suggestions found={found} active={active} onChoose={add} />
      </div>
      <p id="add-error" class="field-error" role="alert">{error}</p>
    </form>
  );
}

interface FieldProps {
  text: string;
  invalid: boolean;
  /** True while suggestions are shown. */
  open: boolean;
  /** The id of the suggestion that would be taken. */
  active: string | undefined;
  onText(text: string): void;
  onKeyDown(event: KeyboardEvent): void;
  onLeave(): void;
}

function Field(props: FieldProps) {
  return (
    <input
      id="symbol"
      name="symbol"
      value={props.text}
      placeholder="Add a symbol: AAPL or Apple"
      required
      maxLength={40}
      autocomplete="off"
      autocapitalize="characters"
      spellcheck={false}
      role="combobox"
      aria-expanded={props.open}
      aria-controls="suggestions"
      aria-autocomplete="list"
      aria-activedescendant={props.active}
      aria-invalid={props.invalid}
      aria-describedby="add-error"
      onInput={(event) => props.onText(event.currentTarget.value)}
      onKeyDown={props.onKeyDown}
      onBlur={props.onLeave}
    />
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

/** Which symbols the market suggests, and which of them the arrow keys have come to. */
function useSuggestions() {
  const found = useSignal<readonly Listing[]>([]);
  const active = useSignal(-1);
  const show = (listings: readonly Listing[]) => {
    found.value = listings.slice(0, most);
    active.value = -1;
  };
  const { ask, cancel } = useSearch(show);
  const close = () => {
    cancel();
    show([]);
  };
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

/** Asks the market once the typing pauses; an answer that a newer question overtook is dropped. */
function useSearch(show: (listings: readonly Listing[]) => void) {
  const current = useRef<
    { timer: ReturnType<typeof setTimeout>; abort: AbortController } | null
  >(null);
  const cancel = () => {
    clearTimeout(current.current?.timer);
    current.current?.abort.abort();
  };
  const ask = (query: string) => {
    cancel();
    if (query === "") return show([]);
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const path = `/api/search?q=${encodeURIComponent(query)}`;
      const answer = await request("GET", path, abort.signal).catch(() => null);
      const { listings = [] } = (answer ?? {}) as { listings?: Listing[] };
      if (!abort.signal.aborted) show(listings);
    }, 200);
    current.current = { timer, abort };
  };
  useEffect(() => cancel, []);
  return { ask, cancel };
}
