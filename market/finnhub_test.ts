import assert from "node:assert/strict";
import { answering, free, KEY } from "../tests/support/finnhub_answering.ts";
import { finnhub } from "./finnhub.ts";
import { MarketRefusedError, MarketUnavailableError } from "./market.ts";

Deno.test("what is not JSON never ends as a SyntaxError", async () => {
  for (const status of [200, 403, 429, 500]) {
    for (const body of ["<html>no", "API limit reached", "", "{"]) {
      await answering(body, async (market) => {
        const error = await market.quotes("AAPL").catch((error) => error);
        const kind = status === 403
          ? MarketRefusedError
          : MarketUnavailableError;
        assert.ok(error instanceof kind, `${status} ${body}: ${error}`);
      }, status);
    }
  }
});

Deno.test("a key that no header can carry is refused without being shown", () => {
  for (const apiKey of ["", "top secret", "topsecret\n", "topsécret"]) {
    const connect = () =>
      finnhub({ apiKey, baseUrl: "https://finnhub.io/api/v1" }, free);
    assert.throws(connect, (error: Error) => {
      assert.match(error.message, /FINNHUB_API_KEY/);
      assert.doesNotMatch(Deno.inspect(error), /secret|sécret/);
      return true;
    });
  }
});

Deno.test("an address that holds a key or a password, or is none, is refused without being shown", () => {
  for (
    const baseUrl of [
      "",
      "finnhub.io",
      "ftp://finnhub.io",
      "https://finnhub.io/api/v1?token=hush",
      "https://me:hush@finnhub.io",
    ]
  ) {
    assert.throws(
      () => finnhub({ apiKey: KEY, baseUrl }, free),
      (error: Error) => {
        assert.match(error.message, /FINNHUB_BASE_URL/);
        assert.doesNotMatch(Deno.inspect(error), /hush/);
        return true;
      },
    );
  }
});
