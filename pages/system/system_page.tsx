/** What the system page shows and what its buttons do. */
import type { Services } from "../../host/services.ts";
import type { LivePage, PageNotice } from "../../ui/live_page.ts";
import { scanText } from "../../ui/scan_text.ts";
import { ActorCard } from "./ActorCard.tsx";
import { Incidents, Overview } from "./Overview.tsx";

const mostIncidents = 30;

export async function systemPage(
  services: Services,
  notice: PageNotice | null,
): Promise<LivePage> {
  const [health, actors, incidents] = await Promise.all([
    services.health(),
    services.status(),
    services.incidents(mostIncidents),
  ]);
  return {
    notice,
    panels: {
      overview: (
        <Overview
          health={health}
          broken={services.broken}
          brokerName={services.brokerName}
          marketName={services.market.name}
        />
      ),
      actors: (
        <>
          {actors.map((actor) => <ActorCard key={actor.name} actor={actor} />)}
        </>
      ),
      incidents: <Incidents incidents={incidents} />,
    },
  };
}

/** Does what a button says; resolves to the address that says so. */
export async function commandActor(
  services: Services,
  form: FormData,
): Promise<string> {
  const actor = String(form.get("actor") ?? "");
  const intent = String(form.get("intent") ?? "");
  if (!services.actors.has(actor)) {
    throw new TypeError(`There is no actor "${actor}".`);
  }
  if (intent === "scan") {
    const { published } = await services.scan(actor);
    return `/actors?did=scan&actor=${actor}&published=${published}`;
  }
  if (intent !== "pause" && intent !== "resume" && intent !== "restart") {
    throw new TypeError(`"${intent}" is not something that an actor can do.`);
  }
  await services[intent](actor);
  return `/actors?did=${intent}&actor=${actor}`;
}

const outcomes: Record<string, string> = {
  pause: "is paused.",
  resume: "goes on.",
  restart: "starts again.",
};

/** Says what was done; the address decides which of our own sentences, and not the words in it. */
export function noticeOf(
  services: Services,
  query: URLSearchParams,
): PageNotice | null {
  const did = query.get("did") ?? "";
  const actor = services.actors.get(query.get("actor") ?? "");
  if (!actor) return null;
  if (did === "scan") {
    const published = Number(query.get("published")) || 0;
    return { text: `${actor.title}: ${scanText({ published })}`, bad: false };
  }
  const outcome = outcomes[did];
  return outcome ? { text: `${actor.title} ${outcome}`, bad: false } : null;
}
