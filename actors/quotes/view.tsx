import { Spark } from "../../ui/charts.tsx";
import { priceText, trendOf } from "../../ui/numbers.ts";
import type { CellProps, PanelProps, View } from "../../ui/view.ts";
import { Change } from "./Change.tsx";
import { PricePanel, type Row } from "./panel.tsx";

export default {
  order: 10,
  recent: 48,
  heading: "Price",
  staleAfterMs: 20 * 60_000,
  ranged: true,

  cell({ latest, recent }: CellProps<Row>) {
    return (
      <div class="quote">
        <div>
          <div class="price">{priceText(latest.price)}</div>
          <Change of={latest} />
        </div>
        <Spark
          values={recent.map(({ price }) => price)}
          trend={trendOf(latest.change)}
          label={`The last ${recent.length} prices`}
        />
      </div>
    );
  },

  panel(props: PanelProps<Row>) {
    return <PricePanel {...props} />;
  },
} satisfies View;
