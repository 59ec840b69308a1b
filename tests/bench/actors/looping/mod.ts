/** An actor whose isolate falls into an endless loop, two seconds after it was loaded. */
import quotes from "../../../../actors/quotes/mod.ts";

setTimeout(() => {
  for (;;);
}, 2_000);

export default { ...quotes, name: "looping" };
