/** Runs every actor in isolates of its own, one for one: what happens to one never reaches another. */
import type { Config } from "../config.ts";
import type { Actor, Log } from "./actor.ts";
import { explain } from "./log.ts";
import { moduleOf } from "../host/discovery.ts";
import type {
  IsolateState,
  ReplayStatus,
  ScanResult,
} from "../host/services.ts";
import { Supervised } from "./replica.ts";
import { type ReplayWindow, startReplay } from "./replay.ts";

/** The actor cannot do this now; the message says why and what to do. The API answers 409. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

export interface SupervisorOptions {
  readonly actors: ReadonlyMap<string, Actor>;
  readonly actorsFolder: URL;
  readonly projectFolder: URL;
  readonly config: Config;
  /** This process's name in the groups; may change when its lease is lost. */
  readonly instance: () => string;
  /** `host:port` of Redis, PostgreSQL and the broker. */
  readonly serverHosts: readonly string[];
  /** `host:port` of the market API; null if it needs none. */
  readonly marketHost: string | null;
  readonly paused: ReadonlySet<string>;
  readonly onIncident: (actor: string, kind: string, detail: string) => void;
  readonly log: Log;
}

interface Crew {
  readonly actor: Actor;
  readonly members: Supervised[];
  paused: boolean;
  replay: ReplayStatus | null;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #crews = new Map<string, Crew>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    for (const [name, actor] of options.actors) {
      const replicas = options.config.replicas[name] ?? 1;
      const crew: Crew = {
        actor,
        members: [],
        paused: options.paused.has(name),
        replay: null,
      };
      crew.members.push(
        ...Array.from(
          { length: replicas },
          (_, replica) => this.#supervised(crew, replica),
        ),
      );
      this.#crews.set(name, crew);
    }
  }

  start(): void {
    for (const { members } of this.#crews.values()) {
      for (const member of members) {
        member.start();
      }
    }
  }

  /** Lets every isolate finish the batch in hand; ends those that take longer than `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.all(this.#members().map((member) => member.stop(deadlineMs)));
  }

  /** All isolates anew, under the present instance's name. */
  async restartAll(): Promise<void> {
    await Promise.all(
      this.#members().map((member) =>
        member.restart(this.#options.config.drainMs)
      ),
    );
  }

  async restart(name: string): Promise<void> {
    const { members } = this.#crew(name);
    await Promise.all(
      members.map((member) => member.restart(this.#options.config.drainMs)),
    );
  }

  setPaused(name: string, paused: boolean): void {
    const crew = this.#crew(name);
    if (crew.paused === paused) return;
    crew.paused = paused;
    for (const member of crew.members) member.setPaused(paused);
    this.#options.log.info(paused ? "paused" : "resumed", { actor: name });
  }

  isPaused(name: string): boolean {
    return this.#crew(name).paused;
  }

  /** @throws {RefusedError} while the actor is paused or has failed. */
  async scan(name: string, symbols: readonly string[]): Promise<ScanResult> {
    const crew = this.#crew(name);
    if (crew.paused) {
      throw new RefusedError(`${name} is paused: resume it first`);
    }
    return await this.#ready(name, crew).request({
      kind: "scan",
      symbols,
    }) as ScanResult;
  }

  /** @throws {RefusedError} if a replay of this actor is running, or its isolate has failed. */
  replay(name: string, window: ReplayWindow): ReplayStatus {
    const crew = this.#crew(name);
    if (crew.replay?.state === "running") {
      throw new RefusedError(
        `${name} is being replayed already: wait until it is done`,
      );
    }
    const member = this.#ready(name, crew);
    return crew.replay = startReplay(
      window,
      (request, onProgress) => member.request(request, onProgress),
      (status) => {
        crew.replay = status;
        if (status.state !== "running") {
          this.#options.log.info(
            "replay ended",
            { actor: name, ...status },
          );
        }
      },
    );
  }

  /** Takes over, now, what dead consumers left pending; resolves to how many entries. */
  async claim(name: string): Promise<number> {
    const member = this.#ready(name, this.#crew(name));
    return await member.request({ kind: "claim" }) as number;
  }

  replayOf(name: string): ReplayStatus | null {
    return this.#crew(name).replay;
  }

  statusOf(name: string) {
    return this.#crew(name).members.map((member) => member.status());
  }

  #members(): Supervised[] {
    return [...this.#crews.values()].flatMap(({ members }) => members);
  }

  #crew(name: string): Crew {
    const crew = this.#crews.get(name);
    if (!crew) throw new Error(`there is no actor "${name}"`);
    return crew;
  }

  /** The member that scans and replays: the first that can. */
  #ready(name: string, { members }: Crew): Supervised {
    const able: IsolateState[] = ["running", "starting", "restarting"];
    const member = able.map((state) =>
      members.find((member) => member.state === state)
    ).find(Boolean);
    if (!member) {
      throw new RefusedError(
        `${name} is ${members[0]!.state}: restart it first`,
      );
    }
    return member;
  }

  #supervised(crew: Crew, replica: number): Supervised {
    const { config, log, onIncident, actorsFolder, instance } = this.#options;
    const { name } = crew.actor;
    return new Supervised({
      settings: () => ({
        actor: name,
        module: moduleOf(actorsFolder, name),
        replica,
        consumer: `${instance()}.${name}.${replica}`,
        paused: crew.paused,
        config,
      }),
      permissions: this.#permissions(crew.actor),
      hangAfterMs: config.hangAfterMs,
      handleTimeoutMs: config.handleTimeoutMs,
      onCrash: (reason, state) => {
        log.error("an isolate ended", {
          actor: name,
          replica,
          state,
          error: explain(reason),
        });
        onIncident(
          name,
          state === "failed" ? "actor-failed" : "isolate-restarted",
          explain(reason),
        );
      },
      log,
    });
  }

  /** Its servers, its market API, the project's files; nothing else. */
  #permissions(actor: Actor): Deno.PermissionOptionsObject {
    const { serverHosts, marketHost, config, projectFolder } = this.#options;
    const own = actor.permissions.net.flatMap((host) =>
      host !== "market" ? [host] : marketHost ? [marketHost] : []
    );
    return {
      net: [...serverHosts, ...config.allowNet, ...own],
      read: [projectFolder],
      // The secrets were taken out of the environment before; clients list it on import.
      env: true,
      sys: false,
      write: false,
      run: false,
      ffi: false,
      import: false,
    };
  }
}
