/** An actor whose isolate ends by an uncaught error, two seconds after it was loaded. */
import quotes from "../../../../actors/quotes/mod.ts";

setTimeout(() => {
  throw new Error("a crash");
}, 2_000);

export default { ...quotes, name: "fragile" };
