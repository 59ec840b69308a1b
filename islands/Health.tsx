/** The state of the whole system, in the header of every page. */
import { useKept } from "../ui/kept.ts";
import { useEffect } from "preact/hooks";
import type { Health } from "../host/health.ts";
import { useEvery } from "../ui/client.ts";
import { StateBadge } from "../ui/parts.tsx";

type Told = Pick<Health, "state" | "reasons" | "warnings">;

const silent: Told = {
  state: "not-ready",
  reasons: ["the server does not answer"],
  warnings: [],
};

export default function HealthLink(props: { health: Told | null }) {
  const health = useKept(props.health);
  const ask = async () => {
    health.value = await fetch("/readyz").then((response) => response.json())
      .catch(() => silent);
  };
  useEvery(10_000, ask);
  useEffect(() => void (health.value ?? ask()), []);
  const { reasons = [], warnings = [] } = health.value ?? {};
  const told = [...reasons, ...warnings];
  return (
    <a class="health" href="/actors" title={told.join("; ") || undefined}>
      <Badge health={health.value} />
    </a>
  );
}

function Badge({ health }: { health: Told | null }) {
  if (!health) return <StateBadge state="starting">Checking…</StateBadge>;
  const { state, reasons, warnings } = health;
  if (state === "ready") {
    return <StateBadge state="ready">All systems ready</StateBadge>;
  }
  return state === "degraded"
    ? <StateBadge state="degraded">{warnings[0]!}</StateBadge>
    : <StateBadge state="failed">{reasons[0] ?? "Not ready"}</StateBadge>;
}
