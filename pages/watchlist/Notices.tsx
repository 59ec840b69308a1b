/** What just happened, said to the eye and to a screen reader. */
import type { Ref } from "preact";

export interface Notice {
  text: string;
  /** A symbol that was removed and may come back. */
  undo: string | null;
}

interface Props {
  connected: boolean;
  notice: Notice | null;
  undoRef: Ref<HTMLButtonElement>;
  onUndo(symbol: string): void;
  onClose(): void;
}

export function Notices(props: Props) {
  const { connected, notice, undoRef, onUndo, onClose } = props;
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
          {notice.undo && (
            <form
              method="post"
              action="/"
              onSubmit={(event) => {
                event.preventDefault();
                onUndo(notice.undo!);
              }}
            >
              <input type="hidden" name="symbol" value={notice.undo} />
              <button
                type="submit"
                ref={undoRef}
                class="button small"
                name="intent"
                value="add"
                aria-label={`Undo: put ${notice.undo} back`}
              >
                Undo
              </button>
            </form>
          )}
          <button
            type="button"
            class="icon-button js-only"
            aria-label="Close this message"
            onClick={onClose}
          >
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8M12 4l-8 8" />
            </svg>
          </button>
        </div>
      )}
    </div>
  );
}
