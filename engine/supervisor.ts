/** Runs every actor in isolates of its own, one for one: what happens to one never reaches another. */
import type { HistoryQuery, Log, RecentQuery, Value } from "./actor.ts";
import { explain } from "./log.ts";
import type { Measures } from "./measures.ts";
import type { IsolateSettings, Requests } from "./protocol.ts";
import { type ReplayWindow, startReplay } from "./replay.ts";
import { Replica } from "./replica.ts";
import type {
  IsolateState,
  IsolateStatus,
  ReplayStatus,
  SymbolScan,
} from "./status.ts";

/** The actor cannot do this now; the message says why and what to do. The API answers 409. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

export interface SupervisorOptions {
  /** The module that every isolate starts with. */
  readonly entry: URL;
  /** This process's name in the groups; may change when its lease is lost. */
  readonly instance: () => string;
  readonly hangAfterMs: number;
  readonly handleTimeoutMs: number;
  /** The time to finish the batches in hand, when isolates are stopped or restarted. */
  readonly drainMs: number;
  readonly onIncident: (actor: string, kind: string, detail: string) => void;
  readonly log: Log;
}

/** An actor to run. */
export interface ActorSpec {
  readonly name: string;
  readonly replicas: number;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly settings: Pick<IsolateSettings, "module" | "servers"> & {
    readonly log: Omit<IsolateSettings["log"], "name">;
  };
  readonly paused: boolean;
}

interface Supervised {
  readonly replicas: Replica[];
  paused: boolean;
  replay: ReplayStatus | null;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #actors = new Map<string, Supervised>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts an actor's isolates; they are replaced, whatever ends them, until `stop`. */
  add(spec: ActorSpec): void {
    const actor: Supervised = {
      replicas: [],
      paused: spec.paused,
      replay: null,
    };
    for (let number = 0; number < spec.replicas; number++) {
      actor.replicas.push(this.#replica(spec, actor, number));
    }
    this.#actors.set(spec.name, actor);
    for (const replica of actor.replicas) replica.start();
  }

  /** Lets every isolate finish the batch in hand; ends those that take too long. */
  async stop(): Promise<void> {
    await this.#each((replica) => replica.stop(this.#options.drainMs));
  }

  /** All isolates anew, under the present instance's name. */
  async restartAll(): Promise<void> {
    await this.#each((replica) => replica.restart(this.#options.drainMs));
  }

  async restart(name: string): Promise<void> {
    const { drainMs } = this.#options;
    await Promise.all(
      this.#actor(name).replicas.map((replica) => replica.restart(drainMs)),
    );
  }

  setPaused(name: string, paused: boolean): void {
    const actor = this.#actor(name);
    if (actor.paused === paused) return;
    actor.paused = paused;
    for (const replica of actor.replicas) replica.setPaused(paused);
    this.#options.log.info(paused ? "paused" : "resumed", { actor: name });
  }

  /** False for an actor that does not run. */
  isPaused(name: string): boolean {
    return this.#actors.get(name)?.paused ?? false;
  }

  /** Scans one symbol. @throws {RefusedError} while the actor is paused or has failed. */
  async scan(name: string, request: Requests["scan"]): Promise<SymbolScan> {
    if (this.#actor(name).paused) {
      throw new RefusedError(`${name} is paused: resume it first`);
    }
    return await this.#able(name).ask("scan", request);
  }

  /** @throws {RefusedError} if a replay of this actor is running, or its isolate has failed. */
  replay(name: string, window: ReplayWindow): ReplayStatus {
    const actor = this.#actor(name);
    if (actor.replay?.state === "running") {
      throw new RefusedError(
        `${name} is being replayed already: wait until it is done`,
      );
    }
    const replica = this.#able(name);
    return actor.replay = startReplay(
      window,
      (body, options) => replica.ask("replay", body, options),
      (status) => {
        actor.replay = status;
        if (status.state === "running") return;
        this.#options.log.info("replay ended", { actor: name, ...status });
      },
    );
  }

  /** Takes over, now, what dead consumers left pending; resolves to how many entries. */
  async claim(name: string): Promise<number> {
    return await this.#able(name).ask("claim", {});
  }

  /** Rows of a symbol, oldest first. @throws {RefusedError} if the actor's isolates have failed. */
  async history(
    name: string,
    query: HistoryQuery,
    withinMs: number,
  ): Promise<Value[]> {
    return await this.#able(name).ask("history", query, { withinMs });
  }

  /** The newest rows of many symbols. @throws {RefusedError} if the actor's isolates have failed. */
  async recent(
    name: string,
    query: RecentQuery,
    withinMs: number,
  ): Promise<Value[]> {
    return await this.#able(name).ask("recent", query, { withinMs });
  }

  /** Null if none was started. */
  replayOf(name: string): ReplayStatus | null {
    return this.#actors.get(name)?.replay ?? null;
  }

  /** Empty for an actor that does not run. */
  statusOf(name: string): IsolateStatus[] {
    return (this.#actors.get(name)?.replicas ?? []).map((r) => r.status());
  }

  /** What its isolates have measured since this host started, by replica; empty for an actor that does not run. */
  measuresOf(name: string): Measures[] {
    return (this.#actors.get(name)?.replicas ?? []).map((r) => r.measures);
  }

  async #each(work: (replica: Replica) => Promise<void>): Promise<void> {
    const all = [...this.#actors.values()].flatMap(({ replicas }) => replicas);
    await Promise.all(all.map(work));
  }

  #actor(name: string): Supervised {
    const actor = this.#actors.get(name);
    if (!actor) throw new RefusedError(`${name} does not run here yet`);
    return actor;
  }

  /** The replica that is asked: the first that can answer. */
  #able(name: string): Replica {
    const { replicas } = this.#actor(name);
    const able: IsolateState[] = ["running", "starting", "restarting"];
    const replica = able.map((state) =>
      replicas.find((replica) => replica.state === state)
    ).find(Boolean);
    if (replica) return replica;
    throw new RefusedError(
      `${name} is ${replicas[0]!.state}: restart it first`,
    );
  }

  #replica(spec: ActorSpec, actor: Supervised, replica: number): Replica {
    const { name, permissions, settings } = spec;
    const { log, onIncident, instance } = this.#options;
    return new Replica({
      ...this.#options,
      permissions,
      settings: () => ({
        ...settings,
        name,
        replica,
        log: { ...settings.log, name: `${name}/${replica}` },
        consumer: `${instance()}.${name}.${replica}`,
        paused: actor.paused,
      }),
      onCrash: (reason, state) => {
        const error = explain(reason);
        const failed = state === "failed";
        log.error("an isolate ended", { actor: name, replica, state, error });
        onIncident(name, failed ? "actor-failed" : "isolate-restarted", error);
      },
    });
  }
}
