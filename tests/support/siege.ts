/** A program that attacks a host in all the ways at once by which one may be exhausted: `siege.ts PORT SECONDS`. */
import { sleep } from "../../wait.ts";

const [port = 0, seconds = 0] = Deno.args.map(Number);
const url = `http://127.0.0.1:${port}`;
const until = performance.now() + seconds * 1_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const form = "Content-Type: application/x-www-form-urlencoded\r\n";

const open = () => Deno.connect({ hostname: "127.0.0.1", port });

/** What is done again and again, by so many at once. */
const attacks: Record<string, [atOnce: number, attack: () => Promise<void>]> = {
  "a form of 200 MB": [2, async () => {
    using connection = await open();
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\n${form}`;
    await connection.write(bytes(`${head}Content-Length: 200000000\r\n\r\n`));
    const part = new Uint8Array(64 * 1_024).fill(120);
    for (let sent = 0; sent < 200e6; sent += part.length) {
      await connection.write(part);
    }
  }],
  "half a request": [200, async () => {
    using connection = await open();
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\n${form}`;
    await connection.write(bytes(`${head}Content-Length: 99\r\n\r\nsymbol=`));
    await connection.read(new Uint8Array(64));
    await sleep(500);
  }],
  "events that are not read": [400, async () => {
    using connection = await open();
    const from = Math.floor(Math.random() * 250);
    await connection.write(bytes(
      "GET /api/events HTTP/1.1\r\nHost: localhost\r\n" +
        `X-Forwarded-For: 192.0.2.${from}\r\n\r\n`,
    ));
    await sleep(2_000);
  }],
  "a history of 100,000 rows": [
    4,
    ask("/api/signals/quotes/history?symbol=QXAA&limit=100000"),
  ],
  "all of a chart": [2, ask("/symbols/QXAA?range=all")],
  "a search of the dead letters": [
    4,
    ask("/api/dead-letters?search=nothing-has-this&limit=100"),
  ],
  "a payload of 10,000 levels": [2, ask("/dead-letters?limit=100")],
  "a search of the market": [8, ask("/api/search?q=Apple")],
  "20,000 symbols": [1, async () => {
    const symbols = Array.from({ length: 20_000 }, (_, n) => `ZZ${n}`);
    await ask("/api/watchlist", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ symbols }),
    })();
  }],
  "guesses": [
    4,
    ask("/api/actors", {
      headers: { authorization: "Bearer wrong" },
    }),
  ],
};

/** Asks, and reads all of the answer as it comes. */
function ask(path: string, init: RequestInit = {}) {
  return async () => {
    const { body } = await fetch(url + path, init);
    for await (const _ of body ?? []);
  };
}

await Promise.all(
  Object.values(attacks).flatMap(([atOnce, attack]) =>
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < until) {
        // The host may well close the connection: that is its answer.
        await Promise.race([attack().catch(() => {}), sleep(seconds * 1_000)]);
        await sleep(20);
      }
    })
  ),
);
Deno.exit();
