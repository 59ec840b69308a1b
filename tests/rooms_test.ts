/** The rooms of the house: imports go one way, and in no circle. docs/architecture.md says it in words. */
import assert from "node:assert/strict";
import { filesBelow } from "../web/assets.ts";

const root = new URL("../", import.meta.url);

/** What the modules of a room may import from other rooms: rooms, or single modules of them. */
const may: Readonly<Record<string, readonly string[]>> = {
  "wait.ts": [],
  "market": ["wait.ts"],
  "boundary": [],
  "engine": ["wait.ts", "market", "boundary"],
  "db": [
    "wait.ts",
    "market",
    "boundary",
    "engine/actor.ts",
    "engine/dead_letter.ts",
    "engine/status.ts",
    "engine/trace.ts",
  ],
  "broker": ["wait.ts", "boundary", "db/redis.ts", "db/redis_url.ts"],
  "config": ["market", "engine/cron.ts", "broker/open.ts"],
  "ui": ["engine/actor.ts", "engine/status.ts"],
  "actors": ["engine/actor.ts", "market/market.ts", "ui"],
  "host": [
    "wait.ts",
    "config",
    "market",
    "boundary",
    "broker",
    "db",
    "engine",
    "ui",
  ],
  "pages": ["wait.ts", "market", "boundary", "db", "engine", "ui", "host"],
  "islands": ["engine/status.ts", "ui", "host/health.ts", "pages"],
  "api": [
    "wait.ts",
    "market",
    "boundary",
    "db",
    "engine",
    "ui",
    "host",
    "pages",
  ],
  "routes": [
    "market",
    "ui",
    "pages",
    "islands",
    "api",
    "engine/spans.ts",
  ],
  "web": [],
  "main.ts": ["config", "engine", "host", "pages", "web", "deno.json"],
  "ctl": [
    "wait.ts",
    "config",
    "boundary",
    "broker",
    "db",
    "engine",
    "market/hours.ts",
    "host/health.ts",
    "host/pipeline.ts",
    "host/services.ts",
    "deno.json",
  ],
  "dev": ["wait.ts", "config", "db/redis_rights.ts", "deno.json"],
};

/** The boundary of the broker is a room of its own: the engine knows it, and none of the adapters. */
function roomOf(file: string): string {
  if (file === "broker/broker.ts") return "boundary";
  if (/^config(_\w+)?\.ts$/.test(file)) return "config";
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

interface Import {
  readonly from: string;
  readonly to: string;
}

async function importsOf(file: string): Promise<Import[]> {
  const text = await Deno.readTextFile(new URL(file, root));
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
  return [...found].map(([, path]) => ({
    from: file,
    to: new URL(path!, new URL(file, root)).href.slice(root.href.length),
  }));
}

const skipped =
  /(^|\/)(\.|node_modules|dist|coverage|tests|on_fresh|testdata|docs|deploy)/;
const files = (await filesBelow(root, (name) => skipped.test(name)))
  .filter((file) => /\.tsx?$/.test(file) && !/_test\.tsx?$/.test(file));
const imports = (await Promise.all(files.map(importsOf))).flat();

Deno.test("every import goes in the direction that is stated", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [room, other] = [roomOf(from), roomOf(to)];
    const allowed = may[room] ?? [];
    return room !== other && !allowed.includes(other) && !allowed.includes(to);
  });
  assert.deepEqual(wrong.map(({ from, to }) => `${from} -> ${to}`), []);
});

Deno.test("every room is stated, and what is stated is used", () => {
  assert.deepEqual(new Set(files.map(roomOf)), new Set(Object.keys(may)));
  const unused = Object.entries(may).flatMap(([room, allowed]) =>
    allowed.filter((to) =>
      !imports.some((one) =>
        roomOf(one.from) === room && (roomOf(one.to) === to || one.to === to)
      )
    ).map((to) => `${room} -> ${to}`)
  );
  assert.deepEqual(unused, []);
});

Deno.test("there is no circle between rooms", () => {
  const left = new Map(
    Object.entries(may).map(([room, allowed]) => [
      room,
      new Set(allowed.map(roomOf).filter((other) => other in may)),
    ]),
  );
  for (let free; (free = [...left].find(([, needs]) => needs.size === 0));) {
    left.delete(free[0]);
    for (const needs of left.values()) needs.delete(free[0]);
  }
  assert.deepEqual([...left.keys()], []);
});

Deno.test("nothing outside of an actor's folder imports its module: it is loaded in its isolate alone", () => {
  const wrong = imports.filter(({ from, to }) =>
    /^actors\/[^/]+\/mod\.ts$/.test(to) ||
    /^actors\//.test(to) && !/^actors\//.test(from)
  );
  assert.deepEqual(wrong, []);
});
