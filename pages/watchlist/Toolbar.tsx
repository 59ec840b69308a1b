/** Above the table: what is looked for, and how the day goes. */
import { countText, signedText } from "../../ui/numbers.ts";
import type { Summary, Wanted } from "./data.ts";
import { filterId } from "./keys.ts";

interface Props {
  wanted: Wanted;
  summary: Summary | null;
  /** How many rows the filter leaves; null while nobody counts. */
  count: { shown: number; all: number } | null;
  onFilter(text: string): void;
}

export function Toolbar({ wanted, summary, count, onFilter }: Props) {
  return (
    <div class="toolbar">
      <Filter wanted={wanted} onFilter={onFilter} />
      <span class="small" role="status">
        {wanted.filter !== "" && count &&
          `${count.shown} of ${count.all}`}
      </span>
      {summary && <Movements {...summary} />}
    </div>
  );
}

function Filter({ wanted, onFilter }: Pick<Props, "wanted" | "onFilter">) {
  const { sort, filter } = wanted;
  return (
    <form
      class="find"
      role="search"
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
      <span class="up">▲ {countText(up)} up,</span>{" "}
      <span class="down">▼ {countText(down)} down,</span> {countText(flat)}{" "}
      unchanged. Biggest movers ({heading}): {movers.map(({ symbol, by }) => (
        <a
          key={symbol}
          class={by > 0 ? "up" : "down"}
          href={`/symbols/${encodeURIComponent(symbol)}`}
        >
          {symbol} {signedText(by)}
        </a>
      ))}
    </p>
  );
}
