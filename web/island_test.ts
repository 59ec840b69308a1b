import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import { h } from "preact";
import { sendProps } from "./island.ts";

Deno.test("JSON values come through as they are", () => {
  const props = {
    text: "</script>",
    list: [1, null, { deep: true }],
    bare: Object.assign(Object.create(null), { a: 1 }),
  };
  const sent = sendProps("X", { ...props, left: undefined });
  assert.equal(sent, JSON.stringify(props));
});

Deno.test("what JSON would lose is refused, with island, prop and reason", () => {
  const loop: Record<string, unknown> = {};
  loop.again = loop;
  const refused: [unknown, RegExp][] = [
    [() => 1, /a function/],
    [new Date(0), /a Date/],
    [new Map(), /a Map/],
    [new URL("http://x"), /a URL/],
    [new Uint8Array(1), /a Uint8Array/],
    [NaN, /NaN/],
    [1n, /a bigint/],
    [Symbol("s"), /a symbol/],
    [h("p", null), /a JSX element/],
    [[undefined], /"lost\[0\]" is undefined/],
    [{ at: [new Date(0)] }, /"lost\.at\[0\]" is a Date/],
    [{ toJSON: () => 1 }, /cannot be sent/],
    [signal(1), /"lost" is a signal/],
    [loop, /"lost\.again" is part of itself/],
  ];
  for (const [lost, reason] of refused) {
    assert.throws(() => sendProps("islands/X.tsx", { lost }), {
      name: "TypeError",
      message: reason,
    });
  }
  assert.throws(() => sendProps("islands/X.tsx", { f() {} }), {
    message: /^island islands\/X\.tsx: prop "f"/,
  });
});
