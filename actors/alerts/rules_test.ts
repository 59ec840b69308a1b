import assert from "node:assert/strict";
import { begin, type Price, type Rule, type State, step } from "./rules.ts";

const common = {
  symbol: "IBM",
  repeat: "rearm",
  hysteresis: 0.5,
  cooldown_minutes: 0,
  expires_at: null,
  note: "",
} as const;

const above: Rule = { ...common, when: "price", crosses: "above", value: 100 };
const below: Rule = { ...above, crosses: "below" };
const move: Rule = { ...common, when: "move", percent: 5, minutes: 60 };

const start = Date.parse("2026-01-05T15:00:00.000Z");
const minute = (n: number) => new Date(start + n * 60_000).toISOString();

/** Which prices of a path fire, by their place in it; one a minute, or at the minutes given. */
function fired(rule: Rule, path: (number | [minute: number, price: number])[]) {
  let state: State | undefined;
  const earlier: { at: string; price: number }[] = [];
  const places: number[] = [];
  for (const [n, each] of path.entries()) {
    const [at, price] = typeof each === "number"
      ? [minute(n), each]
      : [minute(each[0]), each[1]];
    const previous = earlier.at(-1)?.price ?? null;
    const seen: Price = {
      kind: "price",
      at,
      price,
      previous,
      earlier: [...earlier],
    };
    const done = step(rule, state, seen);
    if (done.firing) places.push(n);
    state = done.state;
    earlier.push({ at, price });
  }
  return places;
}

const paths: [
  what: string,
  rule: Rule,
  path: (number | [number, number])[],
  places: number[],
][] = [
  ["a price that crosses fires", above, [99, 101], [1]],
  ["downwards as well", below, [101, 99], [1]],
  ["the other direction does not", above, [101, 99], []],
  ["the first price ever fires nothing", above, [101], []],
  ["one that is beyond already arms when it has been back", above, [
    101,
    102,
    99.9,
    100.1,
  ], [3]],
  ["a gap through the line fires", above, [90, 120], [1]],
  ["flutter around the line fires once", above, [
    99,
    100.1,
    99.9,
    100.1,
    99.6,
    100.2,
  ], [1]],
  ["back by the hysteresis re-arms", above, [99, 101, 99.5, 101], [1, 3]],
  ["back by a little less does not", above, [99, 101, 99.51, 101], [1]],
  ["back in a gap and through again", below, [101, 99, 120, 80], [1, 3]],
  ["below re-arms above the line", below, [101, 99, 100.4, 99, 100.5, 99], [
    1,
    5,
  ]],
  ["a touch crosses nothing", above, [99, 100, 99], []],
  ["from the line on it is crossed", above, [99, 100, 101], [2]],
  ["a touch from beyond arms nothing", above, [101, 100, 101], []],
  ["beginning on the line arms nothing", above, [100, 101], []],
  ["beginning on the line, then back", above, [100, 99, 101], [2]],
  ["it stays beyond", above, [99, 101, 102, 103], [1]],
  ["once is once", { ...above, repeat: "once" }, [99, 101, 90, 101], [1]],
  [
    "without hysteresis any price of the other side re-arms",
    { ...above, hysteresis: 0 },
    [99, 101, 99.99, 101],
    [1, 3],
  ],
  ["without hysteresis the line does not", { ...above, hysteresis: 0 }, [
    99,
    101,
    100,
    101,
  ], [1]],
  ["a cooldown keeps a crossing to itself", { ...above, cooldown_minutes: 5 }, [
    99,
    101,
    90,
    101,
    90,
    101,
    90,
    101,
  ], [1, 7]],
  ["below zero the hysteresis has the right sign", { ...above, value: -10 }, [
    -11,
    -9,
    -10.02,
    -9,
    -10.05,
    -9,
  ], [1, 5]],
  ["a move up", move, [100, 104, 105], [2]],
  ["a move down", move, [100, 96, 95], [2]],
  ["against any price of the window", move, [100, 97, 101.9], [2]],
  ["once for a move", move, [100, 105, 106, 107], [1]],
  ["again when it was over", move, [[0, 100], [1, 105], [62, 105], [63, 111]], [
    1,
    3,
  ]],
  [
    "what is older than the window does not count",
    move,
    [[0, 100], [61, 105]],
    [],
  ],
  ["its edge does", move, [[0, 100], [60, 105]], [1]],
  [
    "a move whose cooldown ends while it lasts is told then",
    { ...move, cooldown_minutes: 30 },
    [[0, 100], [1, 106], [2, 103], [3, 109], [32, 109]],
    [1, 4],
  ],
];

for (const [what, rule, path, places] of paths) {
  Deno.test(`${rule.when}: ${what}`, () =>
    assert.deepEqual(fired(rule, path), places));
}

Deno.test("an alert that is made during a move waits for its end", () => {
  const earlier = [{ at: minute(0), price: 100 }, {
    at: minute(1),
    price: 106,
  }];
  const at = (n: number, price: number): Price => ({
    kind: "price",
    at: minute(n),
    price,
    previous: 106,
    earlier: [...earlier],
  });
  const first = step(move, undefined, at(2, 107));
  assert.equal(first.firing, undefined);
  const over = step(move, first.state, at(3, 104));
  const again = step(move, over.state, at(4, 106));
  assert.ok(again.firing);
  assert.equal(begin(move, at(2, 107)).armed, false);
});

Deno.test("an alert that is made after a value crosses with the next one", () => {
  const seen = {
    kind: "price",
    at: minute(0),
    price: 99,
    previous: null,
    earlier: [],
  } as const;
  const state = begin(above, seen);
  const next = step(above, state, {
    ...seen,
    at: minute(1),
    price: 101,
    previous: 99,
  });
  assert.equal(next.firing?.value, 101);
});

Deno.test("the state survives as JSON", () => {
  const { state } = step(above, undefined, {
    kind: "price",
    at: minute(0),
    price: 101,
    previous: 99,
    earlier: [],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
});

const ratings: [
  change: "upgrade" | "downgrade" | "any",
  from: number | null,
  to: number,
  fires: boolean,
][] = [
  ["upgrade", 3, 4, true],
  ["upgrade", 4, 3, false],
  ["downgrade", 4, 3, true],
  ["downgrade", 3, 5, false],
  ["any", 3, 4, true],
  ["any", 4, 1, true],
  ["any", 4, 4, false],
  ["any", null, 4, false],
];

Deno.test("a rating fires when its word changes in the direction asked for", () => {
  for (const [change, previous, rank, fires] of ratings) {
    const rule: Rule = { ...common, when: "rating", change };
    const done = step(rule, undefined, {
      kind: "rating",
      at: minute(0),
      rank,
      previous,
    });
    assert.equal(
      done.firing !== undefined,
      fires,
      `${change}: ${previous} to ${rank}`,
    );
  }
});

Deno.test("each change of the word fires", () => {
  const rule: Rule = { ...common, when: "rating", change: "any" };
  const first = step(rule, undefined, {
    kind: "rating",
    at: minute(0),
    rank: 4,
    previous: 3,
  });
  const second = step(rule, first.state, {
    kind: "rating",
    at: minute(1),
    rank: 3,
    previous: 4,
  });
  assert.equal(second.firing?.value, "hold");
});

const news: [words: string, text: string, fires: boolean][] = [
  ["merger, takeover", "IBM agrees to MERGER", true],
  ["merger, takeover", "A takeover, at last", true],
  ["merger", "Mergers are back", false],
  ["merger", "Submerger", false],
  ["merger", "The merger's price", true],
  ["merger", "pre-merger talks", true],
  ["слияние", "Объявлено СЛИЯНИЕ двух банков", true],
  ["слияние", "О слияниях", false],
  ["übernahme", "Die U\u0308BERNAHME steht", true],
  ["συγχώνευση", "Η ΣΥΓΧΏΝΕΥΣΗ", true],
  ["اندماج", "إعلان اندماج شركتين", true],
  ["合併", "両社は合併を発表", true],
  ["合併", "両社は提携を発表", false],
  ["AI", "AI投資が拡大", true],
  ["AI", "Daily said", false],
  ["합병", "합병을 발표했다", true],
  ["data breach", "A data\u00a0 breach at IBM", true],
  ["c++ (1.0)", "Now in C++ (1.0)!", true],
  ["3", "30 layoffs", false],
  [" , ", "anything", false],
];

Deno.test("news fire for whole words in any case and script", () => {
  for (const [words, headline, fires] of news) {
    const rule: Rule = { ...common, when: "news", words };
    const seen = {
      kind: "news",
      at: minute(0),
      headline,
      summary: "",
    } as const;
    const done = step(rule, undefined, seen);
    assert.equal(done.firing !== undefined, fires, `${words} in ${headline}`);
  }
});

Deno.test("the summary is searched as well", () => {
  const rule: Rule = { ...common, when: "news", words: "merger" };
  const seen = {
    kind: "news",
    at: minute(0),
    headline: "IBM",
    summary: "A merger.",
  } as const;
  assert.equal(step(rule, undefined, seen).firing?.value, "IBM");
});
