/** What the system page shows and what its buttons do. */
import type { Services } from "../../host/services.ts";
import { scanText } from "../../ui/client.ts";
import type { LivePage, PageNotice } from "../../ui/page.tsx";
import { ActorCard } from "./ActorCard.tsx";
import { Incidents, Overview } from "./Overview.tsx";

const mostIncidents = 30;

export async function systemPage(
  { about, catalog, status }: Pick<Services, "about" | "catalog" | "status">,
  notice: PageNotice | null,
): Promise<LivePage> {
  const [health, actors, incidents] = await Promise.all([
    status.health(),
    status.actors(),
    status.incidents(mostIncidents),
  ]);
  return {
    notice,
    panels: {
      overview: <Overview health={health} about={about} catalog={catalog} />,
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
  { catalog, commands }: Pick<Services, "catalog" | "commands">,
  form: FormData,
): Promise<string> {
  const actor = String(form.get("actor") ?? "");
  const did = String(form.get("intent") ?? "");
  if (!catalog.actors.has(actor)) {
    throw new TypeError(`There is no actor "${actor}".`);
  }
  if (did === "scan") {
    const { published } = await commands.scan(actor);
    return `/actors?did=scan&actor=${actor}&published=${published}`;
  }
  if (did !== "pause" && did !== "resume" && did !== "restart") {
    throw new TypeError(`"${did}" is not something that an actor can do.`);
  }
  await commands[did](actor);
  return `/actors?did=${did}&actor=${actor}`;
}

const outcomes = new Map([
  ["pause", "is paused."],
  ["resume", "goes on."],
  ["restart", "starts again."],
]);

/** Says what was done; the address decides which of our own sentences, and not the words in it. */
export function noticeOf(
  { catalog }: Pick<Services, "catalog">,
  query: URLSearchParams,
): PageNotice | null {
  const did = query.get("did") ?? "";
  const actor = catalog.actors.get(query.get("actor") ?? "");
  if (!actor) return null;
  if (did === "scan") {
    const published = Number(query.get("published")) || 0;
    return { text: `${actor.title}: ${scanText({ published })}`, bad: false };
  }
  const outcome = outcomes.get(did);
  return outcome ? { text: `${actor.title} ${outcome}`, bad: false } : null;
}
