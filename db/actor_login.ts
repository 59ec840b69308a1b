/** As whom an actor's isolate logs in at the servers: a name and passwords made from the deployment's secret. */
import { createHmac } from "node:crypto";
import type { Sql } from "postgres";

/** A deployment, as the names and passwords of its actors need it. */
export interface Deployment {
  readonly id: string;
  /** Known to the main isolate alone: whoever has it can log in as any actor. */
  readonly secret: string;
}

export interface Login {
  /** The same at both servers; of this deployment, as several may share a server. */
  readonly user: string;
  readonly password: string;
}

/** It never changes but by hand: all hosts make the same passwords of it. */
export async function readDeployment(sql: Sql): Promise<Deployment> {
  const [row] = await sql<Deployment[]>`
    select id, actor_secret as secret from deployment`;
  return row!;
}

/** `role_actor()` in db/migrations takes the actor from the name again. */
export function loginOf(
  { id, secret }: Deployment,
  server: "PostgreSQL" | "Redis",
  actor: string,
): Login {
  const user = `signalbox_${id.slice(0, 8)}_${actor}`;
  const password = createHmac("sha256", secret).update(`${server} ${user}`)
    .digest("base64url");
  return { user, password };
}

/** The URL of a server with another login, whatever stood there before. */
export function withLogin(url: string, { user, password }: Login): string {
  return url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)(?:.*@)?/i,
    (_, scheme) => `${scheme}${user}:${password}@`,
  );
}
