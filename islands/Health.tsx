/** The state of the whole system, in the header of every page. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Health } from "../host/health.ts";
import { useEvery } from "../ui/client.ts";
import { StateBadge } from "../ui/parts.tsx";

type Told = Pick<Health, "ready" | "reasons">;

const silent = { ready: false, reasons: ["the server does not answer"] };

export default function HealthLink(props: { health: Told | null }) {
  const health = useSignal(props.health);
  const ask = async () => {
    health.value = await fetch("/readyz").then((response) => response.json())
      .catch(() => silent);
  };
  useEvery(10_000, ask);
  useEffect(() => void (health.value ?? ask()), []);
  const { ready = true, reasons = [] } = health.value ?? {};
  return (
    <a class="health" href="/actors" title={reasons.join("; ") || undefined}>
      {health.value === null
        ? <StateBadge state="starting">Checking…</StateBadge>
        : ready
        ? <StateBadge state="ready">All systems ready</StateBadge>
        : <StateBadge state="failed">{reasons[0] ?? "Not ready"}</StateBadge>}
    </a>
  );
}
