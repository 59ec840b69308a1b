import { recordingsMissing } from "./support/finnhub_replay.ts";
import { runRealInput } from "./support/real_input.ts";

const name =
  "real trading days end up in the database minute for minute, whatever the market API does";

Deno.test({
  name,
  ignore: recordingsMissing(`"${name}"`),
  fn: () =>
    runRealInput({
      onMinute(minute, replay) {
        if (minute % 500 === 0) replay.misbehave({ kind: "broken" }, 1);
        if (minute % 700 === 0) {
          replay.misbehave({ kind: "busy", retryAfter: "0" }, 2);
        }
      },
    }),
});
