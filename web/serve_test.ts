import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { type Patience, serve, type ServeOptions } from "./serve.ts";

const hostname = "127.0.0.1";
const long: Patience = {
  headersMs: 60_000,
  requestMs: 60_000,
  answerMs: 60_000,
  idleMs: 60_000,
};

async function serving(fetch: ServeOptions["fetch"], patience = long) {
  const server = await serve({ hostname, port: 0, fetch, patience });
  return {
    ...server,
    url: `http://${hostname}:${server.address.port}`,
    [Symbol.asyncDispose]: server.stop,
  };
}

/** Sends text as it is, and resolves to all that comes back until the server closes the connection. */
async function answerTo(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

const hello = () => new Response("hello");
const readAll = async (request: Request) =>
  new Response(`${(await request.text()).length} characters`);

Deno.test("a request tells where it comes from, and its answer comes as it is", async () => {
  await using server = await serving((request, { remoteAddr }) =>
    Response.json({ url: request.url, from: remoteAddr.hostname })
  );
  const answer = await fetch(`${server.url}/a?b=c`);
  assert.deepEqual(await answer.json(), {
    url: `${server.url}/a?b=c`,
    from: hostname,
  });
});

Deno.test("headers that never end are waited for until their time is over", async () => {
  await using server = await serving(hello, { ...long, headersMs: 200 });
  const { port } = server.address;
  const begun = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  for (const text of ["", begun]) {
    assert.match(await answerTo(port, text), /^HTTP\/1\.1 408 /);
  }
});

Deno.test("a body that never ends closes its connection, also once it was answered", async () => {
  const half =
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
  const patience = { ...long, headersMs: 200, requestMs: 400 };
  for (const answer of [readAll, hello]) {
    await using server = await serving(answer, patience);
    const text = await answerTo(server.address.port, `${half}abc`);
    assert.match(text, answer === hello ? /hello$/ : /^HTTP\/1\.1 408 /);
  }
});

Deno.test("who sends no other request is let go", async () => {
  await using server = await serving(hello, { ...long, idleMs: 200 });
  const { port } = server.address;
  const text = await answerTo(
    port,
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  );
  assert.match(text, /hello$/);
});

Deno.test("who does not read its answer is let go, and what makes it is told", async () => {
  const told = Promise.withResolvers<void>();
  const endless = () => {
    const body = new ReadableStream({
      pull: (to) => to.enqueue(new Uint8Array(100_000)),
      cancel: () => told.resolve(),
    });
    return new Response(body);
  };
  await using server = await serving(endless, { ...long, answerMs: 300 });
  using connection = await Deno.connect({
    hostname,
    port: server.address.port,
  });
  const ask = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  await connection.write(new TextEncoder().encode(ask));
  await told.promise;
});

Deno.test("an answer may take as long as it does to be made, and a stream go on while it is read", async () => {
  const part = new TextEncoder().encode("part ");
  const slow = async ({ url }: Request) => {
    await sleep(900);
    if (!url.endsWith("/stream")) return hello();
    const parts = (async function* () {
      for (let n = 0; n < 5; n++) {
        yield part;
        await sleep(200);
      }
    })();
    return new Response(ReadableStream.from(parts));
  };
  await using server = await serving(slow, {
    ...long,
    headersMs: 200,
    answerMs: 400,
  });
  for (let n = 0; n < 2; n++) {
    assert.equal(await (await fetch(server.url)).text(), "hello");
  }
  const stream = await fetch(`${server.url}/stream`);
  assert.equal(await stream.text(), "part ".repeat(5));
});

Deno.test("it stops after what is in hand, and cuts off what does not end", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const never = new ReadableStream();
  const server = await serving(({ url }) => {
    if (url.endsWith("/never")) return new Response(never);
    asked.resolve();
    return answer.promise;
  });
  const endless = await fetch(`${server.url}/never`);
  const inHand = fetch(server.url);
  await asked.promise;
  const stopped = server.stop();
  answer.resolve(hello());
  assert.equal(await (await inHand).text(), "hello");
  await assert.rejects(endless.text());
  await stopped;
  await assert.rejects(fetch(server.url));
});

Deno.test("a port that is taken is told", async () => {
  await using server = await serving(hello);
  const { port } = server.address;
  await assert.rejects(serve({ hostname, port, fetch: hello }), /EADDRINUSE/);
});
