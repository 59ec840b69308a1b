/** What stands on a stream's page. */
import type {
  GroupStatus,
  PendingMessage,
  StoredMessage,
} from "../../broker/broker.ts";
import { Card } from "../../ui/parts.tsx";
import { Table } from "../../ui/DataTable.tsx";
import { countText, plural } from "../../ui/numbers.ts";
import { spanText, Time } from "../../ui/Time.tsx";

/** Runs a window of the stream through the handler again: harmless, because handlers are idempotent. */
export function ReplayForm({ actor }: { actor: string }) {
  return (
    <form
      class="filter"
      method="post"
      action={`/streams/${encodeURIComponent(actor)}`}
    >
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

interface GroupsProps {
  depth: number;
  groups: readonly GroupStatus[];
}

export function Groups({ depth, groups }: GroupsProps) {
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
    </Card>
  );
}

export function Pending({ pending }: { pending: readonly PendingMessage[] }) {
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

export function Events({ events }: { events: readonly StoredMessage[] }) {
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
                    <code>{position}</code> <strong>{key}</strong>{" "}
                    <Time at={new Date(storedAt).toISOString()} as="age" />
                  </summary>
                  <pre tabIndex={0}>{data}</pre>
                </details>
              </li>
            ))}
          </ol>
        )}
    </Card>
  );
}
