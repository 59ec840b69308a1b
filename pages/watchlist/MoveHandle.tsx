/** What a row is dragged by; pressed, it moves the row up, without JavaScript as well. */
import { Command } from "../../ui/parts.tsx";
import { handleClass } from "./moves.ts";

interface Props {
  readonly symbol: string;
  /** The number of the list. */
  readonly list: number;
  onUp(symbol: string): void;
}

export function MoveHandle({ symbol, list, onUp }: Props) {
  return (
    <Command
      class={handleClass}
      action="/"
      fields={{ symbol, list: String(list) }}
      intent="up"
      onCommand={() => onUp(symbol)}
      draggable
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      aria-label={`Move ${symbol} up`}
      title="Drag to move; or Alt with the arrow keys"
    >
      <span aria-hidden="true">⠿</span>
    </Command>
  );
}
