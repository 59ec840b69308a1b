import assert from "node:assert/strict";
import {
  AuthenticationError,
  MultipleErrors,
  NetworkError,
  ProtocolError,
  TimeoutError,
} from "@platformatic/kafka";
import { DeadlineError } from "../../wait.ts";
import { BrokerUnavailableError } from "../broker.ts";
import { answerFrom, mayWantLogin } from "./errors.ts";
import { parseKafkaUrl } from "./url.ts";

const address = parseKafkaUrl("kafka://me:secret@a:1,b:2");
const failureOf = (error: Error) =>
  answerFrom(address, Promise.reject(error)).catch((e) => e);

Deno.test("a cluster that is away, or refuses for now, is unavailable: with its hosts, without the login", async () => {
  const tried = new MultipleErrors("metadata failed 4 times.", [
    new NetworkError("Connection to a:1 failed."),
  ]);
  for (
    const cause of [
      tried,
      new TimeoutError("Request timed out"),
      new ProtocolError("NOT_LEADER_OR_FOLLOWER"),
      new ProtocolError("NOT_ENOUGH_REPLICAS"),
      new Error("did not take it", { cause: tried }),
      new DeadlineError("no leader"),
    ]
  ) {
    const error = await failureOf(cause);
    assert.ok(error instanceof BrokerUnavailableError, String(error));
    assert.equal(error.cause, cause);
    assert.match(error.message, /a:1, b:2/);
    assert.ok(!Deno.inspect(error).includes("secret"));
  }
});

Deno.test("what no repetition can mend passes as it is", async () => {
  for (
    const cause of [
      new TypeError("not a position"),
      new ProtocolError("TOPIC_AUTHORIZATION_FAILED"),
      new ProtocolError("MESSAGE_TOO_LARGE"),
    ]
  ) assert.equal(await failureOf(cause), cause);
});

Deno.test("a login or a certificate that is refused is told with what to change, whatever wraps it, without the password", async () => {
  const denied = new AuthenticationError("SASL authentication failed.");
  const unknown = Object.assign(new Error("self-signed certificate"), {
    code: "SELF_SIGNED_CERT_IN_CHAIN",
  });
  const cases = [
    [denied, /^Kafka at a:1, b:2 refuses the user "me" with PLAIN: correct/],
    [unknown, /DENO_CERT$/],
  ] as const;
  for (const [cause, words] of cases) {
    const failed = new NetworkError("Connection to a:1 failed.", { cause });
    const error = await failureOf(new MultipleErrors("none", [failed]));
    assert.match(error.message, words);
    assert.ok(!(error instanceof BrokerUnavailableError));
    assert.ok(!Deno.inspect(error).includes("secret"));
  }
});

Deno.test("a connection that ends without a login is told to want one", () => {
  const closed = new NetworkError("Connection closed");
  assert.equal(mayWantLogin(address, closed), closed);
  const without = parseKafkaUrl("kafka://a:1");
  assert.match(mayWantLogin(without, closed).message, /write user:password@/);
});
