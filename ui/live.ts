/** The browser's end of `/api/events`: one connection that comes back by itself. */

type Handlers = Readonly<Record<string, (data: unknown) => void>>;

export interface LiveOptions {
  /** By event name; the data is parsed already. */
  readonly on: Handlers;
  /** Told when the connection is lost and when it is back. */
  onConnection(up: boolean): void;
}

/** Longest wait between two attempts. */
const longest = 15_000;

/**
 * Listens until the function it returns is called. An EventSource gives up for good on an answer
 * that is not an event stream (a proxy's 502 while the server restarts), so it is made again here.
 */
export function listen(address: string, options: LiveOptions): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const connect = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      options.onConnection(true);
    };
    source.onerror = () => {
      source?.close();
      options.onConnection(false);
      timer = setTimeout(connect, Math.min(longest, 500 * 2 ** failures++));
    };
    for (const [name, handle] of Object.entries(options.on)) {
      source.addEventListener(
        name,
        ({ data }) => handle(JSON.parse(data)),
      );
    }
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
