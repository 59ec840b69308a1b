import assert from "node:assert/strict";
import { openLink } from "./link.ts";
import type { FromIsolate } from "./protocol.ts";

/** A Worker that does a deed when it has its port, and when it is told something. */
async function run(deed: string): Promise<{
  said: FromIsolate[];
  reason: Error;
  tookMs: number;
}> {
  const code = `self.onmessage = ({ data: { port } }) => {
    globalThis.port = port;
    port.onmessage = () => { ${deed} };
  };`;
  const said: FromIsolate[] = [];
  const { promise, resolve } = Promise.withResolvers<Error>();
  const link = openLink({
    entry: new URL(`data:application/javascript,${encodeURIComponent(code)}`),
    name: "deed",
    permissions: { net: false, read: false, env: false },
    onMessage: (message) => void said.push(message),
    onEnd: resolve,
  });
  const began = performance.now();
  link.send({ kind: "pause" });
  const reason = await promise;
  return { said, reason, tookMs: performance.now() - began };
}

const ends: Record<string, RegExp> = {
  "Deno.exit(3)": /it exited/,
  "self.close()": /it exited/,
  "self.postMessage(null)": /it posted a message/,
  "self.postMessage({ kind: 'beat', beat: null })": /it posted a message/,
  "port.postMessage(null)": /said what it must not/,
  "port.postMessage('beat')": /said what it must not/,
  "port.postMessage({ kind: 'beat', beat: null })": /said what it must not/,
  "port.postMessage({ kind: 'loaded' })": /said what it must not/,
  "port.postMessage({ kind: 'crash', message: 'boom', stack: null })": /boom/,
};

Deno.test("whatever ends a Worker, or makes it unfit, is noticed within a second, once", async (t) => {
  for (const [deed, why] of Object.entries(ends)) {
    await t.step(deed, async () => {
      const { said, reason, tookMs } = await run(deed);
      assert.match(reason.message, why);
      assert.deepEqual(said, []);
      assert.ok(tookMs < 1_000, `${tookMs} ms`);
    });
  }
});

Deno.test("what is well said before the end is heard", async () => {
  const { said } = await run(
    "port.postMessage({ kind: 'running' }); port.postMessage({})",
  );
  assert.deepEqual(said, [{ kind: "running" }]);
});
