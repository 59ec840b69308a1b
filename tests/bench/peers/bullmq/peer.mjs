// BullMQ: `peer.mjs publish` reads events from stdin, `peer.mjs consume` stores them.
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import postgres from "postgres";

const {
  PEER_STREAM: name,
  PEER_TABLE: table,
  PEER_LATEST: latest,
  PEER_SCRIPT: script,
  PEER_REDIS_URL: redisUrl,
  PEER_DATABASE_URL: databaseUrl,
} = process.env;

const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });

async function publish() {
  const queue = new Queue(name, { connection });
  let jobs = [];
  for await (const line of createInterface({ input: process.stdin })) {
    jobs.push({ name: "quote", data: JSON.parse(line) });
    if (jobs.length < 500) continue;
    await queue.addBulk(jobs);
    jobs = [];
  }
  await queue.addBulk(jobs);
  await queue.close();
  connection.disconnect();
}

function consume() {
  const sql = postgres(databaseUrl);
  connection.defineCommand("setNewer", {
    numberOfKeys: 1,
    lua: readFileSync(script, "utf8"),
  });
  const store = async ({ data }) => {
    await sql`insert into ${sql(table)} ${sql(data)} on conflict do nothing`;
    const { symbol, at } = data;
    await connection.setNewer(latest, symbol, at, JSON.stringify(data));
  };
  const worker = new Worker(name, store, {
    connection,
    concurrency: 300,
    removeOnComplete: { count: 0 },
  });
  worker.on("failed", (_job, error) => console.error(error));
  process.once("SIGTERM", async () => {
    await worker.close();
    await sql.end();
    connection.disconnect();
  });
}

await { publish, consume }[process.argv[2]]();
