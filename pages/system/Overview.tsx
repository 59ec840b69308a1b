/** The head of the system page: is it ready, what would a power cut cost, what could not be loaded. */
import type { Incident } from "../../db/incidents.ts";
import type { BrokenActor, Health } from "../../host/services.ts";
import { plural } from "../../ui/numbers.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Time } from "../../ui/Time.tsx";

interface Props {
  health: Health;
  broken: readonly BrokenActor[];
  brokerName: string;
  marketName: string;
}

export function Overview({ health, broken, brokerName, marketName }: Props) {
  const { ready, reasons, durability } = health;
  return (
    <section class="card" aria-labelledby="overview">
      <header class="card-head">
        <h2 id="overview">
          Overview{" "}
          <StateBadge state={ready ? "ready" : "failed"}>
            {ready ? "Ready" : "Not ready"}
          </StateBadge>
        </h2>
      </header>
      {reasons.map((reason) => <p key={reason} class="notice bad">{reason}</p>)}
      {broken.map(({ name, error }) => (
        <p key={name} class="notice bad">
          <span>
            The actor <strong>{name}</strong> could not be loaded: {error}
          </span>
        </p>
      ))}
      <dl class="figures wide">
        <div>
          <dt>Lost in a power cut</dt>
          <dd>{durability?.loss_window ?? "not known"}</dd>
        </div>
        <div>
          <dt>Broker</dt>
          <dd>{brokerName}</dd>
        </div>
        <div>
          <dt>Market data</dt>
          <dd>{marketName === "demo" ? "demo (simulated)" : marketName}</dd>
        </div>
      </dl>
      {durability?.warnings.map((warning) => (
        <p key={warning} class="notice warn">
          <span>
            <strong>▲ Durability:</strong> {warning}
          </span>
        </p>
      ))}
    </section>
  );
}

export function Incidents({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <section class="card" aria-labelledby="incidents">
      <header class="card-head">
        <h2 id="incidents">Incidents</h2>
      </header>
      <p class="small">What went wrong and was mended, newest first.</p>
      {incidents.length === 0
        ? <p class="empty">None: nothing had to be mended.</p>
        : (
          <ol class="incidents">
            {incidents.map((incident) => (
              <li key={incident.id}>
                <Time at={incident.at} />{" "}
                <strong>{incident.kind.replaceAll("-", " ")}</strong>{" "}
                {incident.actor && <code>{incident.actor}</code>}{" "}
                {incident.count > 1 && (
                  <span class="small">{plural(incident.count, "time")}</span>
                )}
                <p>{incident.detail}</p>
              </li>
            ))}
          </ol>
        )}
    </section>
  );
}
