/** Answers that a client may keep, and asks whether they are still the same: `ETag`, `If-None-Match`, 304. */

/** Of an answer that depends on who asks, and on now. */
export const mayBeKept = "private, no-cache";

/**
 * Gives an answer that may be kept its `ETag`; or answers with 304, without a body, if the client has it.
 * The tag is a weak one, made from the body: on its way the answer may be compressed.
 */
export async function revalidate(
  request: Request,
  response: Response,
): Promise<Response> {
  const kept = response.headers.get("cache-control") === mayBeKept;
  const reads = request.method === "GET" || request.method === "HEAD";
  const done = response.headers.has("etag") || response.status !== 200;
  if (!kept || !reads || done) return response;
  const body = await response.bytes();
  const etag = await tagOf(body);
  const headers = new Headers(response.headers);
  headers.set("etag", etag);
  if (!names(request.headers.get("if-none-match"), etag)) {
    return noted(new Response(body, { status: 200, headers }), response);
  }
  headers.delete("content-type");
  return new Response(null, { status: 304, headers });
}

/** What a framework has noted on the answer goes along: Fresh keeps there the nonce of its scripts. */
function noted(copy: Response, response: Response): Response {
  for (const key of Object.getOwnPropertySymbols(response)) {
    const isNote = Symbol.keyFor(key) !== undefined;
    if (isNote) Reflect.set(copy, key, Reflect.get(response, key));
  }
  return copy;
}

async function tagOf(body: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const text = digest.toBase64({ alphabet: "base64url" });
  return `W/"${text.slice(0, 22)}"`;
}

/** Weak comparison, as RFC 9110 has it for `If-None-Match`. */
function names(header: string | null, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return header !== null && header.split(",")
    .some((tag) => tag.trim() === "*" || bare(tag) === bare(etag));
}
