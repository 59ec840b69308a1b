import assert from "node:assert/strict";
import { HttpError } from "fresh";
import { formOf, param } from "./define.ts";

Deno.test("a parameter of the path is decoded, and what encodes no text is not found", () => {
  assert.equal(param({ params: { symbol: "%5EGSPC" } }, "symbol"), "^GSPC");
  assert.equal(param({ params: { symbol: "BRK.B" } }, "symbol"), "BRK.B");
  assert.equal(param({ params: {} }, "symbol"), "");
  assert.throws(
    () => param({ params: { symbol: "%E0%A4%A" } }, "symbol"),
    (error) => error instanceof HttpError && error.status === 404,
  );
});

Deno.test("a form without its length is read up to the limit, and no further", async () => {
  const form = (bytes: number) => {
    let sent = 0;
    const chunk = new TextEncoder().encode("a".repeat(1024));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= bytes) return controller.close();
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const url = "http://localhost/login";
    return [
      formOf(new Request(url, { method: "POST", headers, body })),
      () => sent,
    ] as const;
  };
  const [small] = form(10 * 1024);
  assert.equal([...(await small).keys()][0]?.length, 10 * 1024);
  const [large, sent] = form(40 * 1024 * 1024);
  await assert.rejects(large, { name: "HttpError", status: 413 });
  assert.ok(sent() < 1024 * 1024, `${sent()} bytes were taken in`);
});
