/**
 * Sees to it that whoever was given up says nothing more to any server. A thread that computes is not stopped
 * by Deno (2.9): it would store an event that others have handled meanwhile, or found to be a dead letter.
 */
import { Socket } from "node:net";

export function silence(givenUp: Int32Array<SharedArrayBuffer>): void {
  Socket.prototype.write = new Proxy(Socket.prototype.write, {
    apply(write, socket: Socket, said) {
      if (Atomics.load(givenUp, 0) === 0) {
        return Reflect.apply(write, socket, said);
      }
      socket.destroy();
      return false;
    },
  });
}
