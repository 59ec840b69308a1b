import assert from "node:assert/strict";
import { addressOf, createGuesses } from "./guesses.ts";

Deno.test("an address may guess ten times at once, and then once in six seconds; others are not kept waiting", () => {
  let now = 0;
  const told: unknown[] = [];
  const log = { warn: (...line: unknown[]) => void told.push(line) };
  const guesses = createGuesses(log, () => now);
  for (let n = 0; n < 10; n++) {
    assert.equal(guesses.waitMs("a"), 0);
    guesses.add("a");
  }
  assert.equal(guesses.waitMs("a"), 6_000);
  assert.equal(guesses.waitMs("b"), 0);
  now += 6_000;
  assert.equal(guesses.waitMs("a"), 0);
  guesses.add("a");
  assert.equal(guesses.waitMs("a"), 6_000);
  assert.equal(told.length, 2, "the first, and each tenth");
  now += 3_600_000;
  guesses.add("a");
  assert.equal(guesses.waitMs("a"), 0, "what is long ago is forgotten");
});

Deno.test("an address is the peer's, or what a proxy on this machine says; of IPv6 the network", () => {
  const from = (hostname: string, told?: string) => {
    const headers = told === undefined ? {} : { "x-forwarded-for": told };
    const request = new Request("http://localhost/", { headers });
    const remote = { transport: "tcp", hostname, port: 1 } as const;
    return addressOf(request, remote);
  };
  assert.equal(from("203.0.113.9", "1.2.3.4"), "203.0.113.9");
  assert.equal(from("127.0.0.1", "6.6.6.6, 1.2.3.4"), "1.2.3.4");
  assert.equal(from("::ffff:127.0.0.1", "1.2.3.4"), "1.2.3.4");
  assert.equal(from("127.0.0.1"), "127.0.0.1");
  const own = from("2001:db8::1");
  assert.equal(from("2001:0db8:0:0:ffff::2"), from("2001:0db8::9"));
  assert.equal(own, "2001:db8:0:0::/64");
  assert.equal(addressOf(new Request("http://x/"), undefined), "unknown");
});
