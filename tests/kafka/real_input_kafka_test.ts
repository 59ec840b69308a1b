/** The main job on a real Kafka, which is killed in mid-stream and comes back. */
import { recordingsMissing } from "../support/recorded_prices.ts";
import { runRealInput } from "../support/real_input.ts";
import { startKafka } from "./server.ts";

const name =
  "kafka: real trading days end up in the database minute for minute, over a broker that is killed in mid-stream";

Deno.test({
  name,
  ignore: recordingsMissing(name),
  async fn() {
    const kafka = await startKafka();
    let back: Promise<void> | undefined;
    try {
      await runRealInput({
        brokerUrl: kafka.url,
        minutes: 400,
        async onMinute(minute) {
          // Once while a scan may wait for it, once between two scans.
          if (minute === 130) {
            await kafka.kill();
            back = kafka.restart();
          }
          if (minute === 260) {
            await back;
            await kafka.kill();
            await kafka.restart();
          }
        },
      });
    } finally {
      await back;
      await kafka.stop();
    }
  },
});
