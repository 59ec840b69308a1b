import { connectRedisBroker } from "../broker/redis.ts";
import { conformance, type Harness } from "./broker_conformance.ts";
import { testRedis } from "./servers.ts";

conformance("redis", async (): Promise<Harness> => {
  let server = await testRedis({ persist: true });
  const { url, port, dir } = server;
  return {
    connect: () => connectRedisBroker(url),
    absent: {
      address: "127.0.0.1:1",
      connect: () => connectRedisBroker("redis://127.0.0.1:1"),
    },
    async stopServer() {
      Deno.kill(server.pid, "SIGKILL");
      await server.stop();
    },
    async startServer() {
      server = await testRedis({ persist: true, port, dir });
    },
    close: () => server.stop(),
  };
});
