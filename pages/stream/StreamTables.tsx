/** The tables of a stream's page. */
import type { ComponentChildren } from "preact";
import type {
  GroupStatus,
  PendingMessage,
  StoredMessage,
} from "../../broker/broker.ts";
import { countText, plural } from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { spanText } from "../../ui/time_text.ts";

interface GroupsProps {
  depth: number;
  groups: readonly GroupStatus[];
}

export function Groups({ depth, groups }: GroupsProps) {
  return (
    <Card title="Groups" note={`${plural(depth, "event")} in the stream`}>
      <Table
        caption="Groups"
        columns={["Group", "Lag", "Pending", "Consumers"]}
        rows={groups.map(({ group, lag, pending, consumers }) => [
          <code key="group">{group}</code>,
          countText(lag),
          countText(pending),
          countText(consumers),
        ])}
      />
    </Card>
  );
}

interface PendingProps {
  pending: readonly PendingMessage[];
  /** False if this broker does not list single ones. */
  told: boolean;
}

export function Pending({ pending, told }: PendingProps) {
  if (!told) return null;
  return (
    <Card title="Pending" note="Delivered and not yet acknowledged">
      {pending.length === 0 ? <p class="empty">Nothing is pending.</p> : (
        <Table
          caption="Pending events"
          columns={["Position", "Consumer", "Idle", "Deliveries"]}
          rows={pending.map((one) => [
            <code key="position">{one.position}</code>,
            <code key="consumer">{one.consumer}</code>,
            spanText(one.idle_ms),
            countText(one.deliveries),
          ])}
        />
      )}
    </Card>
  );
}

export function Events({ events }: { events: readonly StoredMessage[] }) {
  return (
    <Card title="Events" note="The newest in the stream">
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

interface CardProps {
  title: string;
  note: string;
  children: ComponentChildren;
}

function Card({ title, note, children }: CardProps) {
  return (
    <section class="card" aria-label={title}>
      <header class="card-head">
        <h2>{title}</h2>
        <span class="small">{note}</span>
      </header>
      {children}
    </section>
  );
}

interface TableProps {
  caption: string;
  columns: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
}

function Table({ caption, columns, rows }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="data">
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            {columns.map((name) => <th key={name} scope="col">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => <td key={j}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
