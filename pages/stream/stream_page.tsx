/** A signal's stream: its groups, what is pending, its newest events, and the replay of a window. */
import type { ActorStatus, Services } from "../../host/services.ts";
import { Replay } from "../system/ActorCard.tsx";
import type { LivePage, PageNotice } from "../../ui/live_page.ts";
import { Events, Groups, Pending } from "./StreamTables.tsx";

const newest = 50;

export async function streamPage(
  services: Services,
  signal: string,
  notice: PageNotice | null,
): Promise<LivePage> {
  const { broker } = services;
  const [depth, groups, events, status] = await Promise.all([
    broker.depth(signal),
    broker.groups(signal),
    broker.read(signal, { limit: newest, newestFirst: true }),
    services.status(),
  ]);
  const pending = await Promise.all(
    groups.map(({ group }) => broker.pending(signal, group, newest)),
  );
  return {
    notice,
    panels: {
      replay: <ReplayNow actor={status.find(({ name }) => name === signal)} />,
      groups: <Groups depth={depth} groups={groups} />,
      pending: (
        <Pending
          pending={pending.flat()}
          told={broker.features.pendingEntries}
        />
      ),
      events: <Events events={events} />,
    },
  };
}

function ReplayNow({ actor }: { actor: ActorStatus | undefined }) {
  return actor?.replay
    ? <Replay replay={actor.replay} />
    : <p class="empty">No replay has run since the start.</p>;
}

/** Starts the replay that the form describes; resolves to the address that says so. */
export async function startReplay(
  services: Services,
  signal: string,
  form: FormData,
): Promise<string> {
  const window = { ...end(form, "from"), ...end(form, "to") };
  await services.replay(signal, window);
  return `/streams/${encodeURIComponent(signal)}?did=replay`;
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
