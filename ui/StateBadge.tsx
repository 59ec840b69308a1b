/** A state as a word with a mark of its own shape: readable without its colour. */

const marks: Record<string, [mark: string, tone: string]> = {
  running: ["●", "good"],
  ready: ["●", "good"],
  done: ["✓", "good"],
  scanning: ["◌", "busy"],
  starting: ["◌", "busy"],
  restarting: ["◌", "busy"],
  resting: ["☾", "idle"],
  paused: ["❚❚", "idle"],
  stopped: ["■", "idle"],
  stopping: ["■", "idle"],
  degraded: ["▲", "warn"],
  warning: ["▲", "warn"],
  failed: ["✕", "bad"],
};

export function StateBadge(
  { state, children }: { state: string; children?: string },
) {
  const [mark, tone] = marks[state] ?? ["●", "idle"];
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{mark}</span> {children ?? capital(state)}
    </span>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
