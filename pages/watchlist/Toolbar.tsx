/** Above the table: what is looked for, how the day goes, and how much room a row takes. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { plural, signedText } from "../../ui/numbers.ts";
import type { Summary, Wanted } from "./data.ts";

interface Props {
  wanted: Wanted;
  summary: Summary | null;
  /** How many rows the filter leaves; null while nobody counts. */
  count: { shown: number; all: number } | null;
  onFilter(text: string): void;
  onKeys(): void;
}

export const filterId = "filter";

export function Toolbar({ wanted, summary, count, onFilter, onKeys }: Props) {
  return (
    <div class="toolbar">
      <Filter wanted={wanted} onFilter={onFilter} />
      <span class="small" role="status">
        {wanted.filter !== "" && count &&
          `${count.shown} of ${plural(count.all, "symbol")}`}
      </span>
      {summary && <Movements {...summary} />}
      <Choices onKeys={onKeys} />
    </div>
  );
}

function Filter({ wanted, onFilter }: Pick<Props, "wanted" | "onFilter">) {
  const { sort, filter } = wanted;
  return (
    <form
      class="find"
      role="search"
      method="get"
      action="/"
      onSubmit={(event) => event.preventDefault()}
    >
      {sort && <input type="hidden" name="sort" value={sort.column} />}
      {sort?.descending && <input type="hidden" name="dir" value="desc" />}
      <label class="sr" for={filterId}>
        Filter by symbol, company or headline
      </label>
      <input
        id={filterId}
        type="search"
        role="searchbox"
        name="filter"
        value={filter}
        placeholder="Filter"
        maxLength={100}
        autocomplete="off"
        aria-keyshortcuts="/"
        onInput={(event) => onFilter(event.currentTarget.value)}
      />
    </form>
  );
}

function Movements({ heading, up, down, flat, movers }: Summary) {
  return (
    <p class="movements">
      <span class="up">▲ {up} up</span>, <span class="down">▼ {down} down</span>
      , {flat} unchanged
      {movers.length > 0 && (
        <span class="movers">
          {" "}
          Biggest movers ({heading}): {movers.map(({ symbol, by }) => (
            <a
              key={symbol}
              class={by > 0 ? "up" : "down"}
              href={`/symbols/${encodeURIComponent(symbol)}`}
            >
              {symbol} {signedText(by)}
            </a>
          ))}
        </span>
      )}
    </p>
  );
}

/** What only the island can do, and therefore only it shows. */
function Choices({ onKeys }: Pick<Props, "onKeys">) {
  const alive = useSignal(false);
  const roomy = useSignal(false);
  useEffect(() => {
    alive.value = true;
    roomy.value = document.documentElement.dataset.density === "comfortable";
  }, []);
  const choose = () => {
    roomy.value = !roomy.value;
    const density = roomy.value ? "comfortable" : "dense";
    document.documentElement.dataset.density = density;
    localStorage.setItem("density", density);
  };
  return (
    <div class="choices" hidden={!alive.value}>
      <button
        type="button"
        class="button small"
        aria-pressed={roomy.value}
        onClick={choose}
      >
        Comfortable rows
      </button>
      <button
        type="button"
        class="button small"
        aria-haspopup="dialog"
        aria-keyshortcuts="?"
        onClick={onKeys}
      >
        Keys
      </button>
    </div>
  );
}
