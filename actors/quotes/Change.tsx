import type { Quote } from "../../market/market.ts";
import { percentText, signedText, trendOf } from "../../ui/numbers.ts";

const arrows = { up: "▲", down: "▼", flat: "■" };

type Props = { of: Pick<Quote, "price" | "change" | "percent_change"> };

/** Arrow, sign and colour, so that none of them is needed alone. */
export function Change({ of }: Props) {
  const { price, change, percent_change: percent } = of;
  if (change === null && percent === null) return null;
  const trend = trendOf(change ?? percent);
  return (
    <span class={`change ${trend}`}>
      <span aria-hidden="true">{arrows[trend]}</span>{" "}
      {signedText(change, price)}{" "}
      <span class="percent">({percentText(percent)})</span>
    </span>
  );
}
