/** The names in Redis. They are a contract: other programs read the streams. */
export const streamKey = (topic: string): string => `signalbox:stream:${topic}`;

export const groupName = (group: string): string => `signalbox:${group}`;

/** Exists while the consumer lives; see redis_lease.ts. */
export const aliveKey = (group: string, consumer: string): string =>
  `signalbox:alive:${group}:${consumer}`;
