import type { Quote } from "../../market/market.ts";
import { percentText, signedText, trendOf } from "../../ui/numbers.ts";

const arrows = { up: "▲", down: "▼", flat: "■" };

type Props = {
  of: Pick<Quote, "price"> & Partial<Pick<Quote, "change" | "percent_change">>;
};

/** Arrow, sign and colour, so that none of them is needed alone. */
export function Change({ of }: Props) {
  const { price, change, percent_change: percent } = of;
  const moved = change ?? percent ?? null;
  if (moved === null) return null;
  const trend = trendOf(moved);
  return (
    <span class={`change ${trend}`}>
      <span aria-hidden="true">{arrows[trend]}</span>{" "}
      {signedText(change, price)}{" "}
      <span class="percent">({percentText(percent)})</span>
    </span>
  );
}
