import assert from "node:assert/strict";
import type { AlertRule } from "../db/alert_rule.ts";
import { createAlertOutbox } from "../db/alert_outbox.ts";
import { createAlerts } from "../db/alerts.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { sleep } from "../wait.ts";
import { type Channel, startDeliveries } from "./deliveries.ts";
import { mail } from "./mail.ts";

const rule: AlertRule = {
  symbol: "IBM",
  when: "price",
  crosses: "above",
  value: 180.5,
  repeat: "rearm",
  expires_at: null,
  note: "",
};

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function withFirings(count: number) {
  const database = await migratedDatabase("alerts");
  const { sql } = database;
  for (let n = 0; n < count; n++) {
    await sql`
      insert into alert_firings (alert_id, symbol, at, value, text, rule, event_id)
      values (1, 'IBM', now(), '181', 'up', ${
      JSON.stringify(rule)
    }::text::jsonb, ${n})`;
  }
  return {
    sql,
    outbox: createAlertOutbox(sql),
    firings: () => createAlerts(sql).firings({ limit: 100 }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

Deno.test("two hosts deliver each firing once, and a slow receiver keeps none but its own", async () => {
  await using all = await withFirings(6);
  const taken: string[] = [];
  let slow: string | undefined;
  const channel: Channel = {
    name: "test",
    async deliver({ id }, signal) {
      slow ??= id;
      if (id === slow) await sleep(60_000, signal);
      taken.push(id);
    },
  };
  const stopping = new AbortController();
  const { signal } = stopping;
  const { outbox } = all;
  const hosts = [1, 2].map(() =>
    startDeliveries({ outbox, channels: [channel], log: quiet, signal })
  );
  while (taken.length < 5) await sleep(20);
  stopping.abort();
  await Promise.all(hosts.map(({ ended }) => ended));
  assert.equal(new Set(taken).size, 5);
  assert.equal(taken.length, 5);
  const left = (await all.firings()).filter((one) => !one.delivered_at);
  assert.deepEqual(left.map(({ id }) => id), [slow]);
  assert.match(left[0]!.last_error!, /^test: /);
});

Deno.test("what one channel refuses is not sent to the others again, and for a day", async () => {
  await using all = await withFirings(1);
  const counts = { good: 0, bad: 0 };
  const channels: Channel[] = [
    { name: "good", deliver: () => Promise.resolve(void counts.good++) },
    {
      name: "bad",
      deliver: () =>
        counts.bad++ ? Promise.resolve() : Promise.reject(new Error("no")),
    },
  ];
  const run = async (until: () => boolean) => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const { outbox } = all;
    const run = startDeliveries({ outbox, channels, log: quiet, signal });
    while (!until()) await sleep(20);
    stopping.abort();
    await run.ended;
  };
  await run(() => counts.bad === 1);
  const [failed] = await all.firings();
  assert.equal(failed!.last_error, "bad: no");
  await all.sql`update alert_firings set next_try_at = now()`;
  await run(() => counts.bad === 2);
  assert.deepEqual(counts, { good: 1, bad: 2 });
  const [done] = await all.firings();
  assert.ok(done!.delivered_at);
  assert.equal(done!.last_error, null);
  await all.sql`
    update alert_firings set delivered_at = null, next_try_at = now(),
      fired_at = now() - interval '25 hours'`;
  assert.deepEqual(await all.outbox.claim(10, 1_000), []);
});

/** Takes one letter, as far as SMTP goes. */
function startSmtp() {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const letter = (async () => {
    const connection = await server.accept();
    const say = (text: string) =>
      connection.write(new TextEncoder().encode(`${text}\r\n`));
    await say("220 here");
    let text = "";
    const buffer = new Uint8Array(65_536);
    for (let read; (read = await connection.read(buffer)) !== null;) {
      const part = new TextDecoder().decode(buffer.subarray(0, read));
      text += part;
      if (/^DATA/im.test(part)) await say("354 go on");
      else if (/^QUIT/im.test(part)) break;
      else if (!text.includes("\r\nDATA") || text.endsWith("\r\n.\r\n")) {
        await say("250 ok");
      }
    }
    connection.close();
    server.close();
    return text;
  })();
  return { port: (server.addr as Deno.NetAddr).port, letter };
}

Deno.test("a letter has the firing's id, and goes to the address of the settings", async () => {
  await using all = await withFirings(1);
  const smtp = startSmtp();
  const [firing] = await all.outbox.claim(1, 1_000);
  const channel = mail(`smtp://127.0.0.1:${smtp.port}`, "me@example.com");
  await channel.deliver(firing!, AbortSignal.timeout(5_000));
  const letter = await smtp.letter;
  assert.match(letter, new RegExp(`Message-ID: <${firing!.id}@signalbox>`));
  assert.match(letter, /RCPT TO:<me@example\.com>/);
  assert.match(letter, /Subject: IBM: up/);
});

Deno.test("a mail server is reached by its name, within rights that hold no address", async () => {
  const smtp = startSmtp();
  const program = `
    const { mail } = await import("${new URL("./mail.ts", import.meta.url)}");
    const channel = mail("smtp://localhost:${smtp.port}", "me@example.com");
    const firing = { id: "1", symbol: "IBM", text: "up", at: "now" };
    const rule = ${JSON.stringify(rule)};
    await channel.deliver({ ...firing, rule }, AbortSignal.timeout(5_000));
  `;
  const url = `data:text/javascript,${encodeURIComponent(program)}`;
  const permissions = {
    net: [`localhost:${smtp.port}`],
    sys: ["hostname"],
    read: true,
    env: true,
    import: true,
  };
  const options = { type: "module", deno: { permissions } } as const;
  const worker = new Worker(url, options);
  const failed = Promise.withResolvers<never>();
  worker.onerror = (event) => {
    event.preventDefault();
    failed.reject(new Error(event.message));
  };
  const letter = await Promise.race([smtp.letter, failed.promise]);
  assert.match(letter, /Subject: IBM: up/);
  worker.terminate();
});
