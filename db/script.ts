/** Lua scripts of Redis: sent by their digest, with the text only where the server does not know it. */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

export type Script = (
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

export function createScript(redis: Redis, lua: string): Script {
  const digest = createHash("sha1").update(lua).digest("hex");
  return async (keys, args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      // After a restart or a failover the server has forgotten it.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) {
        throw error;
      }
      return await redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}
