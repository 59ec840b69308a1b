import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import {
  type DeadLetterChoice,
  type DeadLetterQuery,
  type DeadLetterRow,
  filterOf,
} from "../../db/dead_letters.ts";
import type { Services } from "../../host/services.ts";
import { catalogOf } from "../../tests/support/actors.ts";
import { commandLetters, lettersPage, noticeOf } from "./letters_page.tsx";

const letter: DeadLetterRow = {
  id: "7",
  actor: "quotes",
  topic: "quotes",
  position: "1-0",
  event_id: null,
  type: null,
  subject: null,
  time: null,
  reason: "decode",
  error: "<no> JSON",
  attempts: 1,
  excerpt: "{",
  state: "failed-again",
  failures: 2,
  created_at: "2026-01-30T21:00:00.000Z",
  failed_at: "2026-01-30T22:00:00.000Z",
  redrive: "r1",
  redriven_at: "2026-01-30T21:59:00.000Z",
  redriven_by: "ctl",
  handled_at: null,
};

Deno.test("a page of dead letters keeps its filter on the way to the next one", async () => {
  const asked: (DeadLetterQuery | undefined)[] = [];
  const deadLetters: Partial<Services["deadLetters"]> = {
    page(query) {
      asked.push(query);
      return Promise.resolve({ letters: [letter], next_before: "7" });
    },
    count: () => Promise.resolve(80),
  };
  const { panels, filter, actors } = await lettersPage(
    {
      catalog: catalogOf({ quotes: {} }),
      deadLetters: deadLetters as Services["deadLetters"],
    },
    new URLSearchParams("reason=decode&symbol=&other=x&before=90"),
    null,
  );
  assert.deepEqual(asked, [{ reason: "decode", before: "90", limit: 50 }]);
  assert.deepEqual([filter, actors], [{ reason: "decode" }, ["quotes"]]);
  const html = renderToString(panels.letters!);
  assert.match(html, /&lt;no> JSON/);
  assert.match(html, /Failed again: decode/);
  assert.match(html, /failed 2 times, after 1 attempt.*redriven by ctl/);
  assert.match(html, /href="\/dead-letters\?reason=decode&amp;before=7"/);
});

Deno.test("a button acts on one letter, or on all that match, and on nothing else", async () => {
  const acts: [name: string, choice: DeadLetterChoice, by?: string][] = [];
  const deadLetters = {
    remove(choice) {
      acts.push(["remove", choice]);
      return Promise.resolve(2);
    },
    redrive(choice, by) {
      acts.push(["redrive", choice, by]);
      return Promise.resolve({ redrive: "r1", redriven: 2 });
    },
  } as Partial<Services["deadLetters"]> as Services["deadLetters"];
  const press = (fields: Record<string, string>) => {
    const form = new FormData();
    for (const [name, text] of Object.entries(fields)) form.set(name, text);
    return commandLetters({ deadLetters }, form);
  };
  const one = await press({ intent: "delete", id: "7", actor: "quotes" });
  const all = await press({ intent: "redrive", actor: "quotes" });
  assert.deepEqual(acts, [
    ["remove", ["7"]],
    ["redrive", { actor: "quotes" }, "the dashboard"],
  ]);
  assert.equal(one, "/dead-letters?actor=quotes&did=delete&count=2");
  const { searchParams } = new URL(all, "http://localhost");
  assert.deepEqual(filterOf(Object.fromEntries(searchParams)), {
    actor: "quotes",
    state: "all",
    redrive: "r1",
  });
  assert.match(
    noticeOf(searchParams)!.text,
    /^2 dead letters sent through the stream again/,
  );
  await assert.rejects(press({ intent: "burn" }), /"burn" is not something/);
  assert.equal(acts.length, 2);
});

Deno.test("whoever opens the whole list has seen it; a page left open, or a part, counts for nothing", async () => {
  let seen = 0;
  const deadLetters: Partial<Services["deadLetters"]> = {
    page: () => Promise.resolve({ letters: [], next_before: null }),
    count: () => Promise.resolve(0),
    noteSeen: () => Promise.resolve(void seen++),
  };
  const services = {
    catalog: catalogOf({ quotes: {} }),
    deadLetters: deadLetters as Services["deadLetters"],
  };
  const open = (query: string, looks: boolean) =>
    lettersPage(services, new URLSearchParams(query), null, looks);
  await open("", false);
  await open("actor=news", true);
  await open("before=17", true);
  assert.equal(seen, 0);
  await open("actor=", true);
  assert.equal(seen, 1);
});
