/** An actor's stream: its groups, what is pending, its newest events, and the replay of a window. */
import type { Services } from "../../host/services.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { Replay } from "../system/ActorCard.tsx";
import { Events, Groups, Pending } from "./StreamTables.tsx";

const newest = 50;

export async function streamPage(
  { streams, status }: Pick<Services, "streams" | "status">,
  actor: string,
  notice: PageNotice | null,
): Promise<LivePage> {
  const [depth, groups, events, actors] = await Promise.all([
    streams.depth(actor),
    streams.groups(actor),
    streams.read(actor, { limit: newest, newestFirst: true }),
    status.actors(),
  ]);
  const pending = await Promise.all(
    groups.map(({ group }) => streams.pending(actor, group, newest)),
  );
  const replay = actors.find(({ name }) => name === actor)?.replay;
  return {
    notice,
    panels: {
      replay: replay
        ? <Replay replay={replay} />
        : <p class="empty">No replay has run since the start.</p>,
      groups: <Groups depth={depth} groups={groups} />,
      ...streams.features.pendingEntries
        ? { pending: <Pending pending={pending.flat()} /> }
        : {},
      events: <Events events={events} />,
    },
  };
}

/** Starts the replay that the form describes; resolves to the address that says so. */
export async function startReplay(
  { commands }: Pick<Services, "commands">,
  actor: string,
  form: FormData,
): Promise<string> {
  await commands.replay(actor, { ...end(form, "from"), ...end(form, "to") });
  return `/streams/${encodeURIComponent(actor)}?did=replay`;
}

/** `datetime-local` says no zone: the form says that it is UTC. */
function end(form: FormData, name: "from" | "to") {
  const text = String(form.get(name) ?? "").trim();
  if (text === "") return {};
  const at = new Date(`${text}Z`);
  if (Number.isNaN(at.getTime())) {
    throw new TypeError(`"${text}" is not a time: write 2026-01-31T14:30`);
  }
  return { [name]: at };
}
