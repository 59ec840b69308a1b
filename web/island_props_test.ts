import assert from "node:assert/strict";
import { computed, signal } from "@preact/signals";
import { h } from "preact";
import { sendProps } from "./island_props.ts";

Deno.test("JSON values come through as they are", () => {
  const props = {
    text: "</script>",
    list: [1, null, { deep: true }],
    bare: Object.assign(Object.create(null), { a: 1 }),
  };
  const sent = sendProps("X", { ...props, left: undefined }, new Map());
  assert.equal(sent.props, JSON.stringify(props));
  assert.equal(sent.signals, undefined);
});

Deno.test("a signal is sent as its value, and is the same one page-wide", () => {
  const numbers = new Map();
  const count = signal(3);
  const first = sendProps("X", { count, other: signal("a") }, numbers);
  const second = sendProps("Y", { shown: count }, numbers);
  assert.deepEqual(JSON.parse(first.props), { count: 3, other: "a" });
  assert.deepEqual(JSON.parse(first.signals!), { count: 0, other: 1 });
  assert.deepEqual(JSON.parse(second.signals!), { shown: 0 });
});

Deno.test("a computed signal is sent as its value", () => {
  const sent = sendProps("X", { sum: computed(() => 1 + 1) }, new Map());
  assert.deepEqual(JSON.parse(sent.props), { sum: 2 });
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
    [{ deep: signal(1) }, /"lost\.deep" is a .*a signal as a prop of its own/],
    [signal(new Date(0)), /"lost" is a Date/],
    [loop, /"lost\.again" is part of itself/],
  ];
  for (const [lost, reason] of refused) {
    assert.throws(() => sendProps("islands/X.tsx", { lost }, new Map()), {
      name: "TypeError",
      message: reason,
    });
  }
  assert.throws(() => sendProps("islands/X.tsx", { f() {} }, new Map()), {
    message: /^island islands\/X\.tsx: prop "f"/,
  });
});
