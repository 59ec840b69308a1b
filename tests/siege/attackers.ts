/**
 * A program that attacks a host in all the ways at once by which one may be exhausted, or in some:
 * `attackers.ts PORT SECONDS [NAME]…`
 */
import { sleep } from "../../wait.ts";

const [port, seconds] = Deno.args.slice(0, 2).map(Number) as [number, number];
const names = Deno.args.slice(2);
const url = `http://127.0.0.1:${port}`;
const until = performance.now() + seconds * 1_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const form = "Content-Type: application/x-www-form-urlencoded\r\n";

const open = () => Deno.connect({ hostname: "127.0.0.1", port });

/** What is done again and again, by so many at once. */
const attacks: Record<
  string,
  [atOnce: number, attack: (n: number) => Promise<void>]
> = {
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
  "events that are not read": [2_000, async (n) => {
    using connection = await open();
    await connection.write(bytes(
      "GET /api/events HTTP/1.1\r\nHost: localhost\r\n" +
        `X-Forwarded-For: 192.0.2.${n % 250}\r\n\r\n`,
    ));
    await sleep(seconds * 1_000);
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
};

/** Asks, and reads all of the answer as it comes. */
function ask(path: string, init: RequestInit = {}) {
  return async () => {
    const { body } = await fetch(url + path, init);
    for await (const _ of body ?? []);
  };
}

/** The host may well close a connection: that is its answer. */
async function again(attack: (n: number) => Promise<void>, n: number) {
  while (performance.now() < until) {
    await Promise.race([attack(n).catch(() => {}), sleep(seconds * 1_000)]);
    await sleep(20);
  }
}

const chosen = Object.entries(attacks)
  .filter(([name]) => names.length === 0 || names.includes(name));
await Promise.all(
  chosen.flatMap(([, [atOnce, attack]]) =>
    Array.from({ length: atOnce }, (_, n) => again(attack, n))
  ),
);
Deno.exit();
