/** An actor's stream: its groups, what is pending, its newest events, and the replay of a window. */
import type {
  GroupStatus,
  PendingMessage,
  StoredMessage,
} from "../broker/broker.ts";
import type { Services } from "../host/services.ts";
import { Table } from "../ui/DataTable.tsx";
import { countText, plural } from "../ui/numbers.ts";
import type { LivePage, PageNotice } from "../ui/page.tsx";
import { payloadText, shortText } from "../ui/payload.ts";
import { Card } from "../ui/parts.tsx";
import { spanText, Time } from "../ui/Time.tsx";
import { Replay } from "./system/ActorCard.tsx";

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
    groups.filter(({ removed_by }) => removed_by === null)
      .map(({ group }) => streams.pending(actor, group, newest)),
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
  return `/streams/${actor}?did=replay`;
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

/** Runs a window of the stream through the handler again: harmless, because handlers are idempotent. */
export function ReplayForm({ actor }: { actor: string }) {
  return (
    <form class="filter" method="post" action={`/streams/${actor}`}>
      <label>
        From (UTC)
        <input type="datetime-local" name="from" />
      </label>
      <label>
        To (UTC)
        <input type="datetime-local" name="to" />
      </label>
      <button type="submit" class="button">Replay</button>
      <span class="small">Left empty: from the first event, to the last.</span>
    </form>
  );
}

function Groups(
  { depth, groups }: { depth: number; groups: readonly GroupStatus[] },
) {
  const note = `${plural(depth, "event")} in the stream`;
  return (
    <Card id="groups" title="Groups" aside={note}>
      <Table
        caption="Groups"
        rows={groups}
        columns={[
          { heading: "Group", cell: ({ group }) => <code>{group}</code> },
          { heading: "Lag", cell: ({ lag }) => countText(lag) },
          { heading: "Pending", cell: ({ pending }) => countText(pending) },
          { heading: "Consumers", cell: (group) => countText(group.consumers) },
        ]}
      />
      {groups.filter(({ removed_by }) => removed_by !== null).map((one) => (
        <p class="small" key={one.removed_by}>
          <code>{one.group}</code>{" "}
          is of another program: what it has not acknowledged is not trimmed. If
          nothing reads with it any more: <code>{one.removed_by}</code>
        </p>
      ))}
    </Card>
  );
}

function Pending({ pending }: { pending: readonly PendingMessage[] }) {
  return (
    <Card
      id="pending"
      title="Pending"
      aside="Delivered and not yet acknowledged"
    >
      {pending.length === 0 ? <p class="empty">Nothing is pending.</p> : (
        <Table
          caption="Pending events"
          rows={pending}
          columns={[
            { heading: "Position", cell: (one) => <code>{one.position}</code> },
            { heading: "Consumer", cell: (one) => <code>{one.consumer}</code> },
            { heading: "Idle", cell: (one) => spanText(one.idle_ms) },
            { heading: "Deliveries", cell: (one) => countText(one.deliveries) },
          ]}
        />
      )}
    </Card>
  );
}

function Events({ events }: { events: readonly StoredMessage[] }) {
  return (
    <Card id="events" title="Events" aside="The newest in the stream">
      {events.length === 0
        ? <p class="empty">The stream is empty.</p>
        : (
          <ol class="events">
            {events.map(({ position, storedAt, key, data }) => (
              <li key={position}>
                <details id={`event-${position}`}>
                  <summary>
                    <code>{position}</code> <strong>{shortText(key)}</strong>
                    {" "}
                    <Time at={new Date(storedAt).toISOString()} as="age" />
                  </summary>
                  <pre tabIndex={0}>{payloadText(data)}</pre>
                </details>
              </li>
            ))}
          </ol>
        )}
    </Card>
  );
}
