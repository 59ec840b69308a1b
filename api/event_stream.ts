/** One client's stream of server-sent events, with a bound on what may wait for a slow reader. */

/** Bytes that may wait; a client further behind is dropped, and connects again. */
const defaultLimit = 1024 * 1024;

export interface EventStream {
  readonly response: Response;
  /** Queues a message. Closes the stream instead if too much waits already. */
  send(message: Uint8Array): void;
  /** Resolves once the reader has caught up enough for more, or the stream has ended. */
  ready(): Promise<void>;
  close(): void;
}

export interface EventStreamOptions {
  /** Called once, however the stream ends. */
  readonly onClose: () => void;
  /** Bytes that may wait; 1 MB unless told. */
  readonly limit?: number;
}

export function openEventStream(
  { onClose, limit = defaultLimit }: EventStreamOptions,
): EventStream {
  let open = true;
  let wake = Promise.withResolvers<void>();
  let controller!: ReadableStreamDefaultController<Uint8Array>;

  function end(): void {
    if (!open) return;
    open = false;
    wake.resolve();
    onClose();
  }

  function close(): void {
    if (open) controller.close();
    end();
  }

  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    pull() {
      wake.resolve();
      wake = Promise.withResolvers();
    },
    cancel: end,
  }, new ByteLengthQueuingStrategy({ highWaterMark: limit }));

  return {
    response: new Response(body, { headers }),
    send(message) {
      if (!open) return;
      if ((controller.desiredSize ?? 0) <= 0) return close();
      controller.enqueue(message);
    },
    async ready() {
      while (open && (controller.desiredSize ?? 0) < limit / 2) {
        await wake.promise;
      }
    },
    close,
  };
}

const headers = {
  "content-type": "text/event-stream",
  // A proxy that gathers or packs the stream would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

const encoder = new TextEncoder();

/** A message of the given type; the data goes as one line of JSON. */
export function eventMessage(type: string, data: unknown): Uint8Array {
  return encoder.encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** How long a client waits before it connects again, in milliseconds. */
export function retryMessage(ms: number): Uint8Array {
  return encoder.encode(`retry: ${ms}\n\n`);
}

/** A comment, so that neither side nor a proxy between takes silence for a lost connection. */
export const heartbeat: Uint8Array = encoder.encode(": still here\n\n");
