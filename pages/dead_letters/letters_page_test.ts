import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import type {
  DeadLetterChoice,
  DeadLetterQuery,
  DeadLetterRow,
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
  created_at: "2026-01-30T21:00:00.000Z",
};

Deno.test("a page of dead letters keeps its filter on the way to the next one", async () => {
  const asked: (DeadLetterQuery | undefined)[] = [];
  const deadLetters: Partial<Services["deadLetters"]> = {
    page(query) {
      asked.push(query);
      return Promise.resolve({ letters: [letter], next_before: "7" });
    },
    count: () => Promise.resolve(80),
    noteSeen: () => Promise.resolve(),
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
  assert.match(html, /href="\/dead-letters\?reason=decode&amp;before=7"/);
});

Deno.test("a button acts on one letter, or on all that match, and on nothing else", async () => {
  const acts: [name: string, choice: DeadLetterChoice][] = [];
  const act = (name: string) => (choice: DeadLetterChoice) => {
    acts.push([name, choice]);
    return Promise.resolve(2);
  };
  const deadLetters = {
    remove: act("remove"),
    redrive: act("redrive"),
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
    ["redrive", { actor: "quotes" }],
  ]);
  assert.equal(one, "/dead-letters?actor=quotes&did=delete&count=2");
  const said = noticeOf(new URL(all, "http://localhost").searchParams);
  assert.equal(said?.text, "2 dead letters went through the stream again.");
  await assert.rejects(press({ intent: "burn" }), /"burn" is not something/);
  assert.equal(acts.length, 2);
});
