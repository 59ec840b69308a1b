/** What is told of where a value comes from is what Redis and PostgreSQL hold; and the page of each event's way. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { bench, event } from "./support/bench.ts";
import { ctl } from "./support/ctl.ts";
import { eventually } from "./support/host.ts";

Deno.test("a value's way is told from its scan to its row, and why there is none", (t) =>
  bench(async ({ host, env, sql, broker, tell, isStored }) => {
    // deno-lint-ignore no-explicit-any -- the answers are checked by what the test asserts of them
    const get = async (path: string): Promise<any> => {
      const response = await fetch(host.url + path);
      assert.equal(response.status, 200, path);
      return await response.json();
    };
    const page = async (path: string) => {
      const response = await fetch(host.url + path);
      return { status: response.status, text: await response.text() };
    };
    const press = async (path: string, form: Record<string, string>) => {
      const body = new URLSearchParams(form);
      const response = await fetch(host.url + path, { method: "POST", body });
      return { status: response.status, text: await response.text() };
    };
    const provenance = (signal: string, symbol: string) =>
      get(`/api/signals/${signal}/provenance?symbol=${symbol}`);
    const redis = new Redis(env.REDIS_URL!);
    try {
      await t.step("a scanned value", async () => {
        await eventually(async () =>
          (await provenance("quotes", "AAPL")).scanned_at !== null
        );
        const way = await provenance("quotes", "AAPL");
        const latest = await redis.hget("signalbox:latest:quotes", "AAPL");
        assert.deepEqual(way.value, JSON.parse(latest!));
        assert.equal(way.at, way.value.at);
        const [[, fields]] = await redis.xrange(
          "signalbox:stream:quotes",
          way.position,
          way.position,
        ) as [[string, string[]]];
        const field = (name: string) => fields[fields.indexOf(name) + 1]!;
        assert.equal(field("id"), way.event_id);
        assert.equal(field("time"), way.at);
        assert.equal(field("traceparent").split("-")[1], way.trace_id);
        assert.equal(way.scan_id, way.trace_id);
        const ms = Number(way.position.split("-")[0]);
        assert.equal(Date.parse(way.published_at), ms);
        const [scan] = await sql`
          select slot, started_at from scan_history
          where actor = 'quotes' and symbol = 'AAPL' and scan_id = ${way.scan_id}`;
        assert.equal(way.scanned_at, scan!.started_at.toISOString());
        assert.equal(way.slot, scan!.slot?.toISOString() ?? null);
        const order = ["scanned_at", "published_at", "stored_at"];
        assert.deepEqual(order.map((name) => way[name]).toSorted(), [
          ...order.map((name) => way[name]),
        ]);
        assert.ok(way.delivered_at <= way.stored_at);
        assert.equal(way.attempts, 1);
        assert.match(way.host, /quotes/);
        assert.deepEqual([way.last_error, way.reason], [null, null]);
        assert.ok(way.next_scan);
      });

      await t.step(
        "the page of its event shows each stage, and the row",
        async () => {
          const { position, event_id } = await provenance("quotes", "AAPL");
          const { status, text } = await page(`/events/quotes/${position}`);
          assert.equal(status, 200);
          for (
            const shown of [
              /Scanned<.*Asked demo about AAPL: no counted call,/,
              /Published<.*In the stream at/,
              /Delivered<.*To [^ ]*quotes/,
              /Stored<.*After 1 attempt/,
              /Its row<[^]*&quot;price&quot;/,
            ]
          ) assert.ok(shown.test(text), String(shown));
          const id = encodeURIComponent(event_id);
          const found = await fetch(`${host.url}/events/quotes?id=${id}`);
          assert.ok(
            found.url.endsWith(`/events/quotes/${position}`),
            found.url,
          );
          await found.body?.cancel();
          const symbol = await page("/symbols/AAPL");
          assert.ok(symbol.text.includes(`href="/events/quotes/${position}"`));
          const stream = await page("/streams/quotes?symbol=aapl&text=PRICE");
          assert.ok(stream.text.includes(`href="/events/quotes/${position}"`));
          assert.equal((await page("/events/quotes/1-0")).status, 404);
          assert.equal((await page("/events/quotes/%3Cb%3E")).status, 404);
          assert.equal((await page("/events/quotes?id=none")).status, 404);
        },
      );

      await t.step(
        "a symbol and a time lead to the event, and to the row of one that is gone",
        async () => {
          const { position, at } = await provenance("quotes", "AAPL");
          const found = await page(`/events/quotes?symbol=AAPL&at=${at}`);
          assert.match(found.text, new RegExp(`<code>${position}</code>`));
          const then = "2026-01-30T15:00:00.000Z";
          await sql`
            insert into quotes (symbol, at, price, told_at)
            values ('AAPL', ${then}, 190.25, '2026-01-30T15:05Z')`;
          await sql`
            insert into quote_corrections (symbol, at, told_at, price)
            values ('AAPL', ${then}, '2026-01-30T15:01Z', 190.75)`;
          const gone = `/events/quotes?symbol=AAPL&at=${then}`;
          const { status, text } = await page(gone);
          assert.equal(status, 200);
          assert.match(text, /Its event is not known any more/);
          assert.match(text, /Corrected: it was price 190\.75/);
          assert.match(text, /Scan now: AAPL, quotes/);
          const scan = { intent: "scan", actor: "quotes", symbol: "AAPL" };
          assert.match((await press(gone, scan)).text, /Scanned\. What is new/);
          const symbol = await page("/symbols/AAPL?range=all");
          assert.match(symbol.text, /Corrected since: 1 price/);
          for (
            const wrong of ["AAPL&at=2026-01-30T15:01Z", "AAPL&at=x", "<b>"]
          ) {
            const none = await page(`/events/quotes?symbol=${wrong}`);
            assert.equal(none.status, 404, wrong);
          }
        },
      );

      await t.step("what was stored at the second try says so", async () => {
        await tell("TWICE", "throw", true);
        await eventually(() => isStored("TWICE"));
        await eventually(async () =>
          (await provenance("chaos", "TWICE")).attempts === 2
        );
        const way = await provenance("chaos", "TWICE");
        assert.deepEqual([way.scan_id, way.trace_id], [null, null]);
      });

      await t.step("a dead letter is why there is no value", async () => {
        await sql`insert into watchlist (symbol) values ('BAD')`;
        await broker.publish("chaos", [event("BAD", "permanent", true)]);
        await eventually(async () =>
          (await provenance("chaos", "BAD")).dead_letter !== null
        );
        const way = await provenance("chaos", "BAD");
        assert.deepEqual([way.value, way.position, way.attempts], [
          null,
          null,
          null,
        ]);
        assert.match(way.last_error, /permanent: BAD/);
        assert.match(way.reason, /permanent: BAD/);
      });

      await t.step(
        "from the symbol's page the letter is redriven, and the way tells it",
        async () => {
          const { dead_letter } = await provenance("chaos", "BAD");
          const { text } = await page("/symbols/BAD");
          assert.match(text, /There is no value: permanent: BAD/);
          assert.match(text, /Redrive: the dead letter of BAD, chaos/);
          const letter = await get(`/api/dead-letters/${dead_letter}`);
          const way = `/events/chaos/${letter.position}`;
          const list = await page("/dead-letters");
          assert.ok(list.text.includes(`href="${way}"`));
          const failed = await page(way);
          assert.match(failed.text, /Failed<.*permanent: BAD/);
          const form = { intent: "redrive", id: dead_letter };
          const done = await press("/symbols/BAD", form);
          assert.match(done.text, /Sent through the stream again/);
          await eventually(async () =>
            (await provenance("chaos", "BAD")).value !== null
          );
          const after = await provenance("chaos", "BAD");
          assert.deepEqual([after.last_error, after.dead_letter], [null, null]);
          const [first, second] = await Promise.all(
            [way, `/events/chaos/${after.position}`].map(page),
          );
          for (const { text } of [first!, second!]) {
            assert.match(text, /Redriven<[^]*by the dashboard[^]*Handled</);
          }
          assert.ok(first!.text.includes(`/events/chaos/${after.position}"`));
        },
      );

      await t.step(
        "ctl finds the entries, and says so if there are none",
        async () => {
          const find = (...args: string[]) =>
            ctl(["events", "chaos", ...args], { PORT: String(host.port) });
          const found = await find("--symbol", "bad", "--json");
          assert.deepEqual(
            JSON.parse(found.out).map((one: { key: string }) => one.key),
            ["BAD", "BAD"],
          );
          assert.match(
            (await find("--grep", "twice")).out,
            /^STORED.*\n.*TWICE/,
          );
          const none = await find("--text", "no such thing");
          assert.deepEqual([none.code, none.out.trim()], [0, "no events"]);
        },
      );

      await t.step(
        "of an entry that was trimmed is told what is left",
        async () => {
          const { position } = await provenance("chaos", "TWICE");
          await redis.xdel("signalbox:stream:chaos", position);
          const { status, text } = await page(`/events/chaos/${position}`);
          assert.equal(status, 200);
          assert.match(text, /the stream does not hold it any more/);
          assert.match(text, /Stored<.*After 2 attempts/);
        },
      );
    } finally {
      redis.disconnect();
    }
  }));
