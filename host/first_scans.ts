/** The first scans of new symbols: a new row fills within seconds, and a thousand do not crowd out the rest. */
import { RefusedError } from "../engine/supervisor.ts";
import type { Log } from "../engine/actor.ts";
import type { Catalog, Commands } from "./services.ts";

export interface FirstScans {
  readonly catalog: Pick<Catalog, "actors">;
  readonly commands: Pick<Commands, "scan">;
  /** Ends the first scans of many symbols. */
  readonly leaving: AbortSignal;
  readonly log: Log;
}

/** So many are scanned at once; of more, one part after the other. */
const atOnce = 20;

/** The function that starts a scan with every actor, and waits for none. */
export function createFirstScans(
  { catalog, commands, leaving, log }: FirstScans,
) {
  const scan = (symbols: readonly string[]) =>
    Promise.all(
      [...catalog.actors.keys()].map((actor) =>
        commands.scan(actor, symbols, "new-symbol").catch((error) => {
          // A paused actor scans the symbols when it is resumed.
          if (error instanceof RefusedError || leaving.aborted) return;
          log.error("new symbols were not scanned", { actor, symbols, error });
        })
      ),
    );
  let last: Promise<unknown> = Promise.resolve();
  return (symbols: readonly string[]): void => {
    if (symbols.length <= atOnce) return void scan(symbols);
    last = last.then(async () => {
      for (let i = 0; i < symbols.length && !leaving.aborted; i += atOnce) {
        await scan(symbols.slice(i, i + atOnce));
      }
    });
  };
}
