import assert from "node:assert/strict";
import { byPrecision, matcher, patternOf } from "./match.ts";

Deno.test("a file's name says which paths it answers", () => {
  const patterns = {
    "index": "/",
    "about": "/about",
    "api/events": "/api/events",
    "rooms/index": "/rooms",
    "(admin)/users/index": "/users",
    "(admin)/index": "/",
    "rooms/[id]": "/rooms/:id",
    "rooms/[id]/edit": "/rooms/:id/edit",
    "feeds/[name].xml": "/feeds/:name.xml",
    "years/[[year]]": "/years{/:year}?",
    "files/[...path]": "/files/:path*",
  };
  for (const [file, pattern] of Object.entries(patterns)) {
    assert.equal(patternOf(file), pattern);
  }
});

Deno.test("a name that means nothing is refused with its file", () => {
  for (const file of ["rooms/[id", "rooms/[a][b]", "rooms/x[[id]]"]) {
    assert.throws(() => patternOf(file), (error: SyntaxError) => {
      assert.match(error.message, /routes\/rooms\/.*is not a name for a route/);
      return true;
    });
  }
});

Deno.test("the more exact pattern comes first", () => {
  const sorted = [
    "/",
    "/about",
    "/rooms",
    "/rooms/new",
    "/rooms/a:id",
    "/rooms/:id.xml",
    "/rooms/:id",
    "/rooms/:id/edit",
    "/rooms{/:id}?",
    "/rooms/:rest*",
    "/:page",
    "/:rest*",
  ];
  assert.deepEqual(sorted.toReversed().sort(byPrecision), sorted);
});

Deno.test("parameters are as Fresh gives them", () => {
  const match = matcher([
    ...["/rooms/a:id", "/rooms/:id", "/years{/:year}?", "/files/:path*"],
  ].map((pattern) => ({ pattern })));
  const params = (path: string) => match(path)!.params;
  assert.deepEqual(params("/rooms/b%20%C3%A9%3A%2F"), { id: "b é%3A%2F" });
  assert.deepEqual(params("/rooms/%zz"), { id: "%zz" });
  assert.equal(match("/rooms/attic")!.route.pattern, "/rooms/a:id");
  assert.deepEqual(params("/rooms/attic"), { id: "ttic" });
  assert.deepEqual(params("/years"), { year: "" });
  assert.deepEqual(params("/files"), { path: "" });
  assert.deepEqual(params("/files/a/b"), { path: "a/b" });
  assert.equal(match("/garden"), null);
});
