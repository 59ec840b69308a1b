/** The field that adds a symbol, with suggestions from the market: a combobox as ARIA describes it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { request } from "../../ui/request.ts";

interface Listing {
  symbol: string;
  description: string;
}

interface Props {
  /** What was typed before, where the server draws the form again. */
  value?: string;
  error: string | null;
  busy: boolean;
  /** Resolves to whether it was added; the field is emptied then. */
  onAdd(symbol: string): Promise<boolean>;
}

const most = 8;

export function AddSymbol({ value = "", error, busy, onAdd }: Props) {
  const text = useSignal(value);
  const found = useSignal<readonly Listing[]>([]);
  const active = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  const search = useSearch((listings) => {
    found.value = listings;
    active.value = -1;
  });
  const close = () => {
    search.cancel();
    found.value = [];
    active.value = -1;
  };
  const add = async (symbol: string) => {
    close();
    const added = symbol !== "" && await onAdd(symbol.toUpperCase());
    if (added) text.value = "";
    input.current?.focus();
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
  const chosen = found.value[active.value]?.symbol;
  return (
    <form
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
        <input
          ref={input}
          id="symbol"
          name="symbol"
          value={text.value}
          placeholder="Add a symbol: AAPL or Apple"
          required
          maxLength={40}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          role="combobox"
          aria-expanded={found.value.length > 0}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={chosen
            ? `suggestion-${active.value}`
            : undefined}
          aria-invalid={error !== null}
          aria-describedby="add-error"
          onInput={(event) => {
            text.value = event.currentTarget.value;
            search.ask(text.value.trim());
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
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
        <ul
          id="suggestions"
          class="suggestions"
          role="listbox"
          aria-label="Suggestions"
          hidden={found.value.length === 0}
        >
          {found.value.map(({ symbol, description }, i) => (
            <li
              key={symbol}
              id={`suggestion-${i}`}
              role="option"
              aria-selected={i === active.value}
              // Before the field loses its focus, which would close the list.
              onPointerDown={(event) => {
                event.preventDefault();
                add(symbol);
              }}
            >
              <strong>{symbol}</strong> <span class="small">{description}</span>
            </li>
          ))}
        </ul>
      </div>
      <p id="add-error" class="field-error" role="alert">{error}</p>
    </form>
  );
}

/** Asks the market once the typing pauses; an answer that a newer question overtook is dropped. */
function useSearch(show: (listings: readonly Listing[]) => void) {
  const current = useRef<
    { timer: ReturnType<typeof setTimeout>; abort: AbortController }
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
      if (!abort.signal.aborted) show(listings(answer).slice(0, most));
    }, 200);
    current.current = { timer, abort };
  };
  useEffect(() => cancel, []);
  return { ask, cancel };
}

function listings(answer: unknown): readonly Listing[] {
  return (answer as { listings?: readonly Listing[] })?.listings ?? [];
}
