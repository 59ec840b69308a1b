/** The head of the system page: is it ready, what would a power cut cost, what could not be loaded. */
import type { Incident } from "../../db/deployment.ts";
import type { Health } from "../../host/health.ts";
import type { Services } from "../../host/services.ts";
import { Card, Figures } from "../../ui/Card.tsx";
import { plural } from "../../ui/numbers.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Time } from "../../ui/Time.tsx";

interface Props extends Pick<Services, "about" | "catalog"> {
  health: Health;
}

export function Overview({ health, about, catalog }: Props) {
  const { ready, reasons, durability } = health;
  const state = (
    <StateBadge state={ready ? "ready" : "failed"}>
      {ready ? "Ready" : "Not ready"}
    </StateBadge>
  );
  return (
    <Card id="overview" title={<>Overview {state}</>}>
      {reasons.map((reason) => <p key={reason} class="notice bad">{reason}</p>)}
      {catalog.broken.map(({ name, error }) => (
        <p key={name} class="notice bad">
          <span>
            The actor <strong>{name}</strong> could not be loaded: {error}
          </span>
        </p>
      ))}
      <Figures
        class="figures wide"
        of={{
          "Lost in a power cut": durability?.loss_window ?? "not known",
          Broker: about.broker,
          "Market data": about.market === "demo"
            ? "demo (simulated)"
            : about.market,
        }}
      />
      {durability?.warnings.map((warning) => (
        <p key={warning} class="notice warn">
          <span>
            <strong>▲ Durability:</strong> {warning}
          </span>
        </p>
      ))}
    </Card>
  );
}

export function Incidents({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <Card id="incidents" title="Incidents">
      <p class="small">What went wrong and was mended, newest first.</p>
      {incidents.length === 0
        ? <p class="empty">None: nothing had to be mended.</p>
        : (
          <ol class="incidents">
            {incidents.map(({ id, at, kind, actor, count, detail }) => (
              <li key={id}>
                <Time at={at} /> <strong>{kind.replaceAll("-", " ")}</strong>
                {" "}
                {actor && <code>{actor}</code>}{" "}
                {count > 1 && <span class="small">{plural(count, "time")}
                </span>}
                <p>{detail}</p>
              </li>
            ))}
          </ol>
        )}
    </Card>
  );
}
