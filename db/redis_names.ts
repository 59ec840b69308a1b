/**
 * What Signalbox's keys, groups and channel in Redis are called: made here and nowhere else. They are a
 * contract, as other programs read the streams. All begin with REDIS_PREFIX, so that two deployments may
 * share a server.
 */
export type RedisNames = ReturnType<typeof redisNames>;

export const defaultPrefix = "signalbox";

export function redisNames(prefix: string = defaultPrefix) {
  const own = `${prefix}:`;
  return {
    /** The id of the deployment that this is. */
    deployment: `${own}deployment`,
    /** Written to see whether Redis can be written to. */
    probe: `${own}probe`,
    stream: (topic: string): string => `${own}stream:${topic}`,
    /** The topic of a stream as Redis knows it. */
    topicOf: (stream: string): string => stream.slice(`${own}stream:`.length),
    group: (group: string): string => own + group,
    /** A group as the boundary calls it; one that another program named keeps its name. */
    groupOf: (name: string): string =>
      name.startsWith(own) ? name.slice(own.length) : name,
    /** Exists while the consumer lives. @param group as Redis knows it */
    alive: (group: string, consumer: string): string =>
      `${own}alive:${group}:${consumer}`,
    /** Says that the group was made once; see broker/redis/group.ts. @param group as Redis knows it */
    known: (group: string): string => `${own}known:${group}`,
    /** The hash of an actor's latest values by symbol. */
    latest: (actor: string): string => `${own}latest:${actor}`,
    /** A channel is heard in every database of the server: others than the first have their own. */
    changes: (database: number): string =>
      database ? `${own}changes:${database}` : `${own}changes`,
    rate: (provider: string): string => `${own}rate:${provider}`,
    instance: (name: string): string => `${own}instance:${name}`,
  };
}
