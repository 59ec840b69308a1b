import assert from "node:assert/strict";
import type { Context } from "./fresh.ts";
import { sameOrigin } from "./security.ts";

/** The status that a request to http://box:8000 gets. */
async function ask(
  method: string,
  headers: Record<string, string>,
): Promise<number> {
  const req = new Request("http://box:8000/api/x", { method, headers });
  const next = () => Promise.resolve(new Response());
  const ctx = { req, url: new URL(req.url), next } as Context<unknown>;
  try {
    return (await sameOrigin(ctx)).status;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

Deno.test("programs and this site's own pages may change things", async () => {
  assert.equal(await ask("POST", {}), 200);
  assert.equal(await ask("POST", { origin: "http://box:8000" }), 200);
  // A proxy that ends TLS: the browser says https, the request came by http.
  assert.equal(await ask("PUT", { origin: "https://box:8000" }), 200);
  assert.equal(await ask("DELETE", { "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await ask("POST", { "sec-fetch-site": "none" }), 200);
});

Deno.test("pages of other sites may not, but may link here", async () => {
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "http://box:9000" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: "http://box:8000" },
  ];
  for (const headers of foreign) {
    assert.equal(await ask("POST", headers), 403);
    assert.equal(await ask("GET", headers), 200);
  }
});
