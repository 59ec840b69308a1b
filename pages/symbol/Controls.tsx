/** How a panel with a range is chosen: by links and a form, so that each choice has an address and needs no script. */
import { EXCHANGE_ZONE } from "../../market/hours.ts";
import { zoneName } from "../../ui/time_texts.ts";
import { addressOf, type Choice, keptZone, ranges } from "./choice.ts";

export function RangeLinks({ choice }: { choice: Choice }) {
  return (
    <nav class="ranges" aria-label="Range of the chart">
      {ranges.map(({ name, label }) => (
        <a
          key={name}
          id={`range-${name}`}
          href={addressOf(choice, { range: name })}
          aria-current={name === choice.range.name ? "true" : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}

export function ChartControls({ choice }: { choice: Choice }) {
  return (
    <div class="chart-controls">
      <ChartForm choice={choice} />
      {choice.compare && (
        <a href={addressOf(choice, { compare: "" })}>
          Without {choice.compare}
        </a>
      )}
      <ZoneLinks choice={choice} />
    </div>
  );
}

/** What is not in it is kept: a form sends nothing but its own fields. */
function ChartForm({ choice }: { choice: Choice }) {
  const { range, compare, typedAt } = choice;
  const { zone } = keptZone(choice);
  return (
    <form method="get" class="chart-form">
      <input type="hidden" name="range" value={range.name} />
      {zone && <input type="hidden" name="zone" value={zone} />}
      <label>
        Go to time
        <input
          id="go-to"
          name="at"
          value={typedAt}
          placeholder="yesterday 14:35"
          autocomplete="off"
          size={18}
        />
      </label>
      <label>
        Compare with
        <input
          id="compare"
          name="compare"
          value={compare ?? ""}
          placeholder="MSFT"
          autocomplete="off"
          autocapitalize="characters"
          size={9}
        />
      </label>
      <button type="submit" class="button small">Show</button>
    </form>
  );
}

/** The reader's own zone is known to the browser alone: islands/Crosshair.tsx names it and shows its link. */
function ZoneLinks({ choice }: { choice: Choice }) {
  const zones = { exchange: EXCHANGE_ZONE, utc: "UTC" };
  const { zone } = choice;
  const isKnown = Object.values(zones).includes(zone);
  return (
    <nav class="ranges zones" aria-label="Times in the zone">
      {Object.entries(zones).map(([name, one]) => (
        <a
          key={name}
          id={`zone-${name}`}
          href={addressOf(choice, { zone: name })}
          aria-current={one === zone ? "true" : undefined}
        >
          {zoneName(one)}
        </a>
      ))}
      <a
        id="zone-reader"
        href={addressOf(choice, { zone })}
        aria-current={isKnown ? undefined : "true"}
        data-reader-zone
        hidden={isKnown}
      >
        {zoneName(zone)}
      </a>
    </nav>
  );
}
