/** How much room a row takes, in which colours, and what each key does: shown by scripts, without which neither is there. */
import { keysId } from "./keys.ts";

const told = [
  ["/", "Filter: symbol, company or headline"],
  ["↓ or j, ↑ or k", "Next row, row before"],
  ["Enter", "Open the row's symbol"],
  ["a", "Add a symbol"],
  ["x", "Remove the row"],
  ["u", "Bring back what was removed last"],
  ["Esc", "From the filter to the rows; close"],
  ["?", "These keys"],
] as const;

export function Choices() {
  return (
    <>
      <div class="choices" hidden>
        <button
          type="button"
          class="button small"
          id="density"
          aria-pressed="false"
        >
          Comfortable rows
        </button>
        <button
          type="button"
          class="button small"
          id="colours"
          aria-pressed="false"
        >
          Blue and orange
        </button>
        <button
          type="button"
          class="button small"
          id="show-keys"
          aria-haspopup="dialog"
          aria-keyshortcuts="?"
        >
          Keys
        </button>
      </div>
      <KeysDialog />
    </>
  );
}

function KeysDialog() {
  return (
    <dialog id={keysId} class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {told.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">Close</button>
      </form>
    </dialog>
  );
}
