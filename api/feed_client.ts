/** One client of the feed: what it wishes, and what it was told last. */
import type { Change } from "../host/services.ts";
import { openEventStream, retryMessage } from "./event_stream.ts";

/** What a client wants of the feed; everything unless told. */
export interface Wish {
  readonly signal?: string | undefined;
  readonly symbol?: string | undefined;
  /** With the drawn cell in each message. */
  readonly cells: boolean;
}

export interface FeedClient {
  readonly wish: Wish;
  readonly response: Response;
  wants(signal: string, symbol: string): boolean;
  send(message: Uint8Array): void;
  /** Sends the message of a value, unless the client has one as new or newer. */
  offer(change: Change, message: Uint8Array): void;
  /** Resolves once the client has room for more, or is gone. */
  ready(): Promise<void>;
  close(): void;
}

export function createFeedClient(
  wish: Wish,
  retryMs: number,
  onClose: () => void,
): FeedClient {
  const stream = openEventStream({ onClose });
  // Drawing takes time and may overtake; what a client sees never goes back in market time.
  const told = new Map<string, string>();
  stream.send(retryMessage(retryMs));
  return {
    ...stream,
    wish,
    wants: (signal, symbol) =>
      (wish.signal ?? signal) === signal && (wish.symbol ?? symbol) === symbol,
    offer({ actor, value }, message) {
      const key = `${actor} ${value.symbol}`;
      if ((told.get(key) ?? "") >= value.at) return;
      told.set(key, value.at);
      stream.send(message);
    },
  };
}
