import assert from "node:assert/strict";
import { z } from "zod";
import { type Actor, defineActor } from "./actor.ts";
import { decode, DecodeError, encode, newTraceparent } from "./envelope.ts";

const nothing = () => Promise.resolve([]);
const actor = defineActor({
  name: "prices",
  title: "Prices",
  description: "",
  schedule: "* * * * *",
  version: 3,
  schema: z.object({ price: z.number().positive(), currency: z.string() }),
  upgrades: {
    1: (data) => ({ price: data }),
    2: (data) => ({ currency: "USD", ...data as object }),
  },
  permissions: { net: [] },
  async *produce() {},
  async handle() {},
  history: nothing,
}) as unknown as Actor;

const draft = {
  id: "AAPL:1",
  symbol: "AAPL",
  at: "2026-01-31T14:30:00.000Z",
  data: { price: 1.5, currency: "EUR" },
};
const message = encode(actor, draft);
const altered = (
  attributes: Record<string, string | undefined>,
  data = message.data,
) => {
  const all = { ...message.attributes, ...attributes };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return {
    key: "AAPL",
    attributes: Object.fromEntries(given) as Record<string, string>,
    data,
  };
};

Deno.test("what is encoded is decoded to the same event", () => {
  assert.deepEqual(decode(actor, message), draft);
  const traceparent = newTraceparent();
  assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.equal(
    decode(actor, encode(actor, { ...draft, traceparent })).traceparent,
    traceparent,
  );
});

Deno.test("the envelope has the attributes of CloudEvents", () => {
  assert.deepEqual(message.attributes, {
    id: "AAPL:1",
    type: "signalbox.prices",
    subject: "AAPL",
    time: "2026-01-31T14:30:00.000Z",
    v: "3",
  });
});

Deno.test("older versions are upgraded, step by step", () => {
  assert.deepEqual(decode(actor, altered({ v: "1" }, "7")).data, {
    price: 7,
    currency: "USD",
  });
  assert.deepEqual(decode(actor, altered({ v: "2" }, `{"price":7}`)).data, {
    price: 7,
    currency: "USD",
  });
});

Deno.test("times come in the one form that sorts as text", () => {
  assert.equal(
    decode(actor, altered({ time: "2026-01-31T15:30:00+01:00" })).at,
    draft.at,
  );
});

Deno.test("what is no event says why", () => {
  const cases: [Parameters<typeof altered>, DecodeError["reason"], RegExp][] = [
    [[{ type: undefined }], "decode", /type is missing/],
    [[{ type: "signalbox.news" }], "decode", /"signalbox.news"/],
    [[{ id: undefined }], "decode", /id is missing/],
    [[{ subject: "" }], "decode", /subject is missing/],
    [[{ time: "yesterday" }], "decode", /time is "yesterday"/],
    [[{ v: "x" }], "decode", /v is "x"/],
    [[{ v: "4" }], "version", /newer/],
    [[{}, "{oops"], "decode", /not JSON: "\{oops"/],
    [[{}, `{"price":-1}`], "schema", /price: .*; currency: /],
  ];
  for (const [change, reason, text] of cases) {
    assert.throws(() => decode(actor, altered(...change)), (error) => {
      assert.ok(error instanceof DecodeError);
      assert.equal(error.reason, reason);
      assert.match(error.message, text);
      return true;
    });
  }
});

Deno.test("what the schema refuses is not even published", () => {
  assert.throws(
    () => encode(actor, { ...draft, data: { price: 0, currency: "USD" } }),
    /price/,
  );
});
