import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, Socket } from "node:net";
import { silence } from "./silence.ts";

Deno.test("who is given up says nothing more", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { write } = Socket.prototype;
  const givenUp = new Int32Array(new SharedArrayBuffer(4));
  try {
    silence(givenUp);
    const socket = connect({ host: "127.0.0.1", port: listener.addr.port });
    using server = await listener.accept();
    socket.write("before ");
    await new Promise<void>((resolve) => socket.write("it", () => resolve()));
    const closed = once(socket, "close");
    Atomics.store(givenUp, 0, 1);
    assert.equal(socket.write(" and after"), false);
    await closed;
    assert.equal(await new Response(server.readable).text(), "before it");
  } finally {
    Socket.prototype.write = write;
    listener.close();
  }
});
