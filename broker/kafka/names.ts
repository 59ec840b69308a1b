/** What topics and groups are called in Kafka. */

/** Kafka shares one space of names with everything else on the cluster, hence the prefix. */
export const topicNameOf = (topic: string): string => `signalbox.${topic}`;

/**
 * A group of Kafka's may read several topics, and rebalances all of them together; ours belongs to one.
 */
export const groupIdOf = (topic: string, group: string): string =>
  `${topicNameOf(topic)}.${group}`;

/** The group that an id names, if it is one of this topic. */
export function groupNameOf(topic: string, id: string): string | undefined {
  const prefix = groupIdOf(topic, "");
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}
