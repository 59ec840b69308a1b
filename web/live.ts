/** Development only: a page reloads itself once a restarted server answers. */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";

const boot = crypto.randomUUID();
const script = `let boot;
new EventSource("/_live").onmessage = ({ data }) => {
  if (boot && boot !== data) location.reload();
  boot = data;
};`;

/** The address of the script that a page loads for it. */
export const liveScript = "/_live.js";

export const live: Hono = new Hono()
  .get(
    liveScript,
    (c) => c.body(script, 200, { "content-type": "text/javascript" }),
  )
  .get("/_live", (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: boot, retry: 100 });
      await new Promise<void>((done) => stream.onAbort(done));
    }));
