import assert from "node:assert/strict";
import { kafkaHosts, parseKafkaUrl } from "./url.ts";

Deno.test("an address without parameters gets four partitions and the cluster's replication", () => {
  assert.deepEqual(parseKafkaUrl("kafka://a"), {
    hosts: ["a:9092"],
    partitions: 4,
    replication: -1,
    tls: false,
  });
});

Deno.test("an address may list hosts, parameters, TLS and a login", () => {
  const url =
    "kafka+ssl://me:p%40ss@a:1,[::1]:2,b/?partitions=8&replication=3&mechanism=scram-sha-512";
  assert.deepEqual(parseKafkaUrl(url), {
    hosts: ["a:1", "[::1]:2", "b:9092"],
    partitions: 8,
    replication: 3,
    tls: true,
    login: { mechanism: "SCRAM-SHA-512", username: "me", password: "p@ss" },
  });
  assert.deepEqual(kafkaHosts(url), ["a:1", "[::1]:2", "b:9092"]);
});

Deno.test("a wrong address is refused by name, without its password", () => {
  assert.throws(() => parseKafkaUrl("redis://a:1"), /redis:\/\/a:1/);
  assert.throws(() => parseKafkaUrl("kafka://a?partitions=0"), /partitions=0/);
  assert.throws(
    () => parseKafkaUrl("kafka://u:p@a?mechanism=X"),
    /mechanism=X/,
  );
  assert.throws(
    () => parseKafkaUrl("kafka://u:secret@"),
    (error: Error) => !error.message.includes("secret"),
  );
});
