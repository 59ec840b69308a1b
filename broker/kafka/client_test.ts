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
import { answerFrom } from "./client.ts";
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
      new NetworkError("Connection to a:1 failed.", {
        cause: new AuthenticationError("SASL authentication failed."),
      }),
    ]
  ) assert.equal(await failureOf(cause), cause);
});
