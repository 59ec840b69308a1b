/**
 * A Worker and the only way to talk to it. Messages go over a port of its own: what else runs in the
 * Worker cannot send on it, and it closes the moment the Worker ends, which no event of a Worker tells.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import {
  type FromIsolate,
  fromIsolateSchema,
  type RequestKind,
  type RequestMessage,
  type ToIsolate,
} from "./protocol.ts";

export interface LinkOptions {
  /** The module of the Worker. */
  readonly entry: URL;
  readonly name: string;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly onMessage: (message: FromIsolate) => void;
  /** Called once, if it ends by itself: it crashed, exited, or said what it must not. */
  readonly onEnd: (reason: Error) => void;
}

/** The first thing that a Worker is told: how it talks, and where it sees that nobody listens any more. */
export interface Introduction {
  readonly port: globalThis.MessagePort;
  /** Shared: 1 once it is given up. Deno may not stop its thread while that computes. */
  readonly givenUp: Int32Array<SharedArrayBuffer>;
}

export interface Link {
  send<Kind extends RequestKind>(
    message: ToIsolate | RequestMessage<Kind>,
  ): void;
  /** Ends the Worker, whatever it is doing. Nothing is heard of it any more. */
  close(): void;
}

/**
 * More messages within a second than any isolate has to say: four beats, and the answers that it owes. One
 * that says more is ended, before what it says fills the memory or holds up the pages.
 */
const mostASecond = 5_000;

export function openLink(options: LinkOptions): Link {
  const { entry, name, permissions, onMessage, onEnd } = options;
  const worker = new Worker(entry, {
    type: "module",
    name,
    deno: { permissions },
  });
  const { port1: ours, port2: theirs } = new MessageChannel();
  const givenUp = new Int32Array(new SharedArrayBuffer(4));
  const mayGoOn = limitRate(mostASecond);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    Atomics.store(givenUp, 0, 1);
    closeUnread(ours);
    worker.terminate();
  };
  const end = (reason: Error) => {
    if (!open) return;
    close();
    onEnd(reason);
  };
  ours.on("message", (data: unknown) => {
    if (!open) return;
    if (!mayGoOn()) return end(new Error(tooMuch));
    const message = fromIsolateSchema.safeParse(data);
    if (!message.success) return end(badMessage(message.error));
    if (message.data.kind === "crash") return end(crashOf(message.data));
    onMessage(message.data);
  });
  ours.on("close", () => end(new Error("it exited without a word")));
  worker.onmessage = () =>
    end(new Error("it posted a message, which is not an actor's to do"));
  worker.onmessageerror = () => end(new Error("it posted what cannot be read"));
  worker.onerror = (event) => {
    event.preventDefault();
    end(errorOf(event));
  };
  const port = theirs as unknown as globalThis.MessagePort;
  worker.postMessage({ port, givenUp } satisfies Introduction, [port]);
  return { send: (message) => open && ours.postMessage(message), close };
}

/**
 * Closes a port. Deno hears first what waits there, which is without end while the other side goes on
 * talking, and only a throw of the port's own makes it stop.
 */
function closeUnread(port: MessagePort): void {
  const own = port as unknown as EventTarget;
  own.dispatchEvent = (event) => {
    if (event.type === "message") throw new Error("nobody listens any more");
    return EventTarget.prototype.dispatchEvent.call(own, event);
  };
  port.close();
  Reflect.deleteProperty(own, "dispatchEvent");
}

const tooMuch = `it said more than ${mostASecond} things within a second`;

/** Counts; false beyond `most` within a second. */
function limitRate(most: number): () => boolean {
  let since = performance.now();
  let count = 0;
  return () => {
    const now = performance.now();
    if (now - since > 1_000) [since, count] = [now, 0];
    return ++count <= most;
  };
}

function badMessage({ issues }: { issues: { message: string }[] }): Error {
  return new Error(`it said what it must not: ${issues[0]?.message}`);
}

function crashOf(
  { message, stack }: { message: string; stack: string | null },
): Error {
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

function errorOf({ message, filename, lineno, colno }: ErrorEvent): Error {
  const error = new Error(message);
  error.stack = `${message}\n    at ${filename}:${lineno}:${colno}`;
  return error;
}
