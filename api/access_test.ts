import assert from "node:assert/strict";
import { isPublicName, localPath } from "./access.ts";

Deno.test("only paths of this site are gone on to", () => {
  assert.equal(localPath("/symbols/AAPL?range=1d"), "/symbols/AAPL?range=1d");
  const others = [
    null,
    "",
    "x",
    "//e.example",
    "/\\e.example",
    "/\t/e.example",
  ];
  for (const path of [...others, "https://e.example", "javascript:alert(1)"]) {
    assert.equal(localPath(path), "/", String(path));
  }
});

Deno.test("a name that may stand in public DNS is public, private ones are not", () => {
  const ours = ["127.0.0.1", "[::1]", "192.168.1.5", "localhost", "box"];
  const named = ["box.local", "app.localhost", "db.internal", "x.home.arpa"];
  for (const name of [...ours, ...named]) {
    assert.equal(isPublicName(name), false, name);
  }
  for (
    const name of ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io"]
  ) {
    assert.equal(isPublicName(name), true, name);
  }
});
