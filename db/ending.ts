/** How postgres.js is told that a connection is lost. */
import type { Socket } from "node:net";

/** Long enough for the rollbacks of a transaction and of those in it. */
const lingerMs = 50;

/**
 * Told by a socket as it is, postgres.js never answers a query that comes between the error and the end: so
 * it learns both at once. But a rollback, written just after the end, would throw where nobody can catch it:
 * in a transaction the error comes first, again for all that is written then, and the end a little later.
 */
export function endGently(socket: Socket, inTransaction: () => boolean): void {
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
  let failure: unknown;

  function end(hadError: unknown): void {
    if (failure) emit("error", failure);
    emit("close", hadError);
  }

  function endLater(): void {
    let lingers = true;
    failure ??= closed();
    socket.write = () => {
      setTimeout(() => lingers && emit("error", failure));
      return true;
    };
    emit("error", failure);
    setTimeout(() => {
      lingers = false;
      // Without the word that there was an error: then it lets go of all that it still holds.
      end(false);
    }, lingerMs);
  }

  socket.emit = (event: unknown, ...args: unknown[]): boolean => {
    if (event === "error") failure ??= args[0];
    else if (event !== "close") return emit(event, ...args);
    else if (inTransaction()) endLater();
    else end(args[0]);
    return true;
  };
}

function closed(): Error {
  const code = "CONNECTION_CLOSED";
  return Object.assign(new Error("PostgreSQL closed the connection"), { code });
}
