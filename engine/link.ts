/**
 * A Worker and the only way to talk to it. Messages go over a port of its own: what else runs in the
 * Worker cannot send on it, and it closes the moment the Worker ends, which no event of a Worker tells.
 */
import { MessageChannel } from "node:worker_threads";
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

export interface Link {
  send<Kind extends RequestKind>(
    message: ToIsolate | RequestMessage<Kind>,
  ): void;
  /** Ends the Worker, whatever it is doing. Nothing is heard of it any more. */
  close(): void;
}

export function openLink(options: LinkOptions): Link {
  const { entry, name, permissions, onMessage, onEnd } = options;
  const worker = new Worker(entry, {
    type: "module",
    name,
    deno: { permissions },
  });
  const { port1: ours, port2: theirs } = new MessageChannel();
  let open = true;
  const close = () => {
    open = false;
    ours.close();
    worker.terminate();
  };
  const end = (reason: Error) => {
    if (!open) return;
    close();
    onEnd(reason);
  };
  ours.on("message", (data: unknown) => {
    if (!open) return;
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
  worker.postMessage(theirs, [theirs as unknown as Transferable]);
  return { send: (message) => open && ours.postMessage(message), close };
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
