/** Kafka with TLS and a login, and what is said of a wrong one. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connectKafka } from "../../broker/kafka/broker.ts";
import { type SecureKafka, startSecureKafka } from "./secure.ts";

let kafka: SecureKafka;

Deno.test.beforeAll(async () => {
  kafka = await startSecureKafka();
});

Deno.test.afterAll(() => kafka.stop());

const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

const withLogin = (login: string, mechanism: string) =>
  `kafka+ssl://${login}@${kafka.sasl}?mechanism=${mechanism}`;

/** What a process that trusts the test's authority says of each. */
async function roundTrips(...urls: string[]): Promise<string[]> {
  const script = fileURLToPath(import.meta.resolve("./round_trip.ts"));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "-N", "-E", "-R", script]
      .concat(urls),
    env: { DENO_CERT: kafka.authority },
    stdin: "null",
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("kafka: messages go over TLS, with each way of logging in, where DENO_CERT names the authority", async () => {
  const told = await roundTrips(
    `kafka+ssl://${kafka.tls}`,
    ...mechanisms.map((each) => withLogin("ada:a%3Ap%40ss", each)),
  );
  assert.deepEqual(told, Array(4).fill("came back"));
});

Deno.test("kafka: a wrong login, one that is not wanted or not given, and a wrong name are told with what to change", async () => {
  const told = await roundTrips(
    ...mechanisms.map((each) => withLogin("ada:wrong", each)),
    `kafka+ssl://ada:wrong@${kafka.tls}`,
    `kafka+ssl://${kafka.sasl}`,
    `kafka+ssl://${kafka.tls.replace("127.0.0.1", "localhost")}`,
  );
  const words = [
    ...mechanisms.map((each) => `refuses the user "ada" with ${each}: correct`),
    "takes no login there: take user and password out",
    "if it wants a login, write user:password@",
    "not for this name: write the name",
  ];
  for (const [i, line] of told.entries()) {
    assert.ok(line.includes(words[i]!), line);
    assert.ok(!line.includes("wrong"), line);
  }
  assert.equal(told.length, words.length);
});

Deno.test("kafka: an unknown authority, and TLS at the wrong end, are told with what to change", async () => {
  const failure = (url: string) =>
    connectKafka(url).then(() => assert.fail(url), ({ message }) => message);
  assert.match(
    await failure(`kafka+ssl://${kafka.tls}`),
    /^Kafka at 127.0.0.1:\d+ shows a certificate of an authority that is not known here: .* DENO_CERT$/,
  );
  assert.match(
    await failure(`kafka://${kafka.tls}`),
    /wants TLS: write kafka\+ssl:/,
  );
  assert.match(
    await failure(kafka.server.url.replace("kafka:", "kafka+ssl:")),
    /does not speak TLS there: write kafka:/,
  );
});
