/** What a row is dragged by; pressed, it moves the row up, without JavaScript as well. */
import { handleClass } from "./moves.ts";

interface Props {
  readonly symbol: string;
  /** The id of the rows' form. */
  readonly form: string;
}

export function MoveHandle({ symbol, form }: Props) {
  return (
    <button
      type="submit"
      class={`icon-button ${handleClass}`}
      form={form}
      name="up"
      value={symbol}
      draggable
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      aria-label={`Move ${symbol} up`}
      title="Drag to move; or Alt with the arrow keys"
    >
      <span aria-hidden="true">⠿</span>
    </button>
  );
}
