/** What just happened, said to the eye and to a screen reader. */
import { Command } from "../../ui/parts.tsx";

export interface Notice {
  text: string;
  /** A symbol that was removed and may come back. */
  undo: string | null;
  /** Where that stood. */
  place?: number | undefined;
}

interface Props {
  connected: boolean;
  notice: Notice | null;
  /** The number of the list. */
  list: number;
  onUndo(symbol: string, place?: number): void;
  onClose(): void;
}

export const undoId = "undo";

export function Notices({ connected, notice, list, onUndo, onClose }: Props) {
  const { undo, place } = notice ?? {};
  return (
    <div class="notices" role="status">
      {!connected && (
        <p class="notice warn">
          <strong>▲ Connection lost.</strong>{" "}
          The values below may be old. Trying again…
        </p>
      )}
      {notice && (
        <div class="notice">
          <span>{notice.text}</span>
          {undo && (
            <Command
              id={undoId}
              action="/"
              fields={{
                symbol: undo,
                list: String(list),
                ...place === undefined ? {} : { place: String(place) },
              }}
              intent="add"
              onCommand={() => onUndo(undo, place)}
              aria-label={`Undo: put ${undo} back`}
            >
              Undo
            </Command>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label="Close this message"
            onClick={onClose}
          >
            <Cross />
          </button>
        </div>
      )}
    </div>
  );
}

export function Cross() {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M4 4l8 8M12 4l-8 8" />
    </svg>
  );
}
