/** A change in price: arrow, sign and colour, so that none of them is needed alone. */
import { percentText, signedText, trendOf } from "./numbers.ts";

const arrows = { up: "▲", down: "▼", flat: "■" };

interface Props {
  change: number | null;
  percent: number | null;
}

export function Change({ change, percent }: Props) {
  if (change === null && percent === null) return null;
  const trend = trendOf(change ?? percent);
  return (
    <span class={`change ${trend}`}>
      <span aria-hidden="true">{arrows[trend]}</span> {signedText(change)}{" "}
      <span class="percent">({percentText(percent)})</span>
    </span>
  );
}
