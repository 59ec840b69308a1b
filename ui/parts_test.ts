import assert from "node:assert/strict";
import { webAddress } from "./parts.tsx";

Deno.test("http and https are linked", () => {
  assert.equal(
    webAddress("https://example.com/a?b"),
    "https://example.com/a?b",
  );
  assert.equal(webAddress("HTTP://EXAMPLE.com"), "http://example.com/");
});

Deno.test("nothing else is linked, however it is spelled", () => {
  const hostile = [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//example.com",
    "/path",
    "",
    null,
    undefined,
  ];
  for (const address of hostile) assert.equal(webAddress(address), null);
});
