import assert from "node:assert/strict";
import { currencyName, moneyText } from "./currency.ts";

Deno.test("a currency has a name, a smaller unit says of what it is the hundredth", () => {
  assert.equal(currencyName("USD"), "US Dollar");
  assert.equal(currencyName("GBp"), "hundredths of British Pound");
  assert.equal(currencyName("USDT"), null);
  assert.equal(currencyName("<b>"), null);
  assert.equal(currencyName("QQQ"), null);
});

Deno.test("digits follow the currency: none for whole yen", () => {
  assert.equal(moneyText(2345, "JPY"), "2,345");
  assert.equal(moneyText(2345.5, "JPY"), "2,345.50");
  assert.equal(moneyText(2345, "USD"), "2,345.00");
  assert.equal(moneyText(2345, null), "2,345.00");
  assert.equal(moneyText(1.1257458, "USD"), "1.1257");
  assert.equal(moneyText(260.4, "GBp"), "260.40");
});
