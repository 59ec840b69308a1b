/** Searches the dead letters: a GET form, so that a search has an address. */
import type { DeadLetterFilter } from "../../db/dead_letters.ts";

interface Props {
  filter: DeadLetterFilter;
  actors: readonly string[];
}

export function FilterForm({ filter, actors }: Props) {
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
      <button type="submit" class="button">Filter</button>
      <a href="/dead-letters">Show all</a>
    </form>
  );
}
