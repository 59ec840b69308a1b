/** Pause or resume, restart, scan: a form, so that they work without JavaScript. */
import type { ActorStatus } from "../../host/services.ts";

export function ActorButtons({ actor }: { actor: ActorStatus }) {
  const { name, title, paused } = actor;
  const intents = [
    ["scan", "Scan now"],
    paused ? ["resume", "Resume"] : ["pause", "Pause"],
    ["restart", "Restart"],
  ] as const;
  return (
    <form class="buttons" method="post" action="/actors">
      <input type="hidden" name="actor" value={name} />
      {intents.map(([intent, label]) => (
        <button
          key={intent}
          type="submit"
          // Pause and resume are one place: the focus stays there when one becomes the other.
          id={`${name}-${intent === "resume" ? "pause" : intent}`}
          class="button small"
          name="intent"
          value={intent}
          aria-label={`${label}: ${title}`}
        >
          {label}
        </button>
      ))}
    </form>
  );
}
