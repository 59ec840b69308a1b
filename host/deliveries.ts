/**
 * Delivers firings to where the environment says, at least once each, and always with the same id. Here and not in
 * the actor's isolate, which knows no address and no secret.
 */
import { createHmac } from "node:crypto";
import type { Config } from "../config.ts";
import type { createAlertOutbox, Undelivered } from "../db/alert_outbox.ts";
import { storableText } from "../db/client.ts";
import type { Log } from "../engine/actor.ts";
import { mail } from "./mail.ts";
import { explain } from "../engine/log.ts";
import { backoffMs, createBell } from "../wait.ts";

/** One way to tell people. */
export interface Channel {
  readonly name: string;
  /** Rejects, with why, if it was not taken. */
  deliver(firing: Undelivered, signal: AbortSignal): Promise<void>;
}

export interface DeliveriesOptions {
  readonly outbox: ReturnType<typeof createAlertOutbox>;
  readonly channels: readonly Channel[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Deliveries {
  /** Looks at once: something has fired. */
  look(): void;
  /** Resolves when the signal has aborted, and nothing is under way. */
  readonly ended: Promise<void>;
}

const deadlineMs = 10_000;
/** Longer than a delivery and its record take. */
const leaseMs = 60_000;
/** What other hosts fired, and what is due again. */
const lookEveryMs = 2_000;
const atOnce = 20;
const backoff = { baseMs: 2_000, maxMs: 1_800_000 };

/** Without a channel it does nothing. */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const bell = createBell();
  const { signal } = options;
  if (!options.channels.length) {
    return { look: () => {}, ended: Promise.resolve() };
  }
  const stop = () => bell.ring();
  signal.addEventListener("abort", stop, { once: true });
  return { look: () => bell.ring(), ended: run(options, bell) };
}

/** A slow receiver keeps its own firing, and no other one: there is room for more until all are slow. */
async function run(
  options: DeliveriesOptions,
  bell: ReturnType<typeof createBell>,
): Promise<void> {
  const { outbox, signal, log } = options;
  const under = new Set<Promise<void>>();
  while (!signal.aborted) {
    // What cannot be claimed now is claimed at the next look.
    const claimed = await outbox.claim(atOnce - under.size, leaseMs)
      .catch(() => []);
    for (const firing of claimed) {
      const one = deliver(firing, options)
        .catch((error) => log.warn("a delivery was not recorded", { error }))
        .finally(() => {
          under.delete(one);
          bell.ring();
        });
      under.add(one);
    }
    if (!signal.aborted) await bell.wait(lookEveryMs);
  }
  await Promise.all(under);
}

async function deliver(
  firing: Undelivered,
  { outbox, channels, signal, log }: DeliveriesOptions,
): Promise<void> {
  const done = new Set(firing.channels);
  const errors: string[] = [];
  await Promise.all(channels.map(async (channel) => {
    if (done.has(channel.name)) return;
    const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    try {
      await channel.deliver(firing, within);
      done.add(channel.name);
    } catch (error) {
      errors.push(`${channel.name}: ${explain(error)}`);
    }
  }));
  const error = errors.length ? storableText(errors.join("; ")) : null;
  const againMs = backoffMs(firing.attempts, backoff);
  await outbox.settle(firing.id, [...done], error, againMs);
  if (error) log.warn("not delivered yet", { firing: firing.id, error });
}

/** What is sent of a firing. */
function messageOf(firing: Undelivered) {
  const { id, alert, symbol, rule, value, at, text, fired_at } = firing;
  return { id, alert, symbol, rule, value, at, text, fired_at };
}

/** What the environment names. */
export function channelsOf({ alerts }: Pick<Config, "alerts">): Channel[] {
  const { webhookUrl, webhookSecret, mail: mailed } = alerts;
  return [
    ...webhookUrl === null ? [] : [webhook(webhookUrl, webhookSecret)],
    ...mailed === null ? [] : [mail(mailed.url, mailed.to)],
  ];
}

function webhook(url: string, secret: string | null): Channel {
  return {
    name: "webhook",
    async deliver(firing, signal) {
      const body = JSON.stringify(messageOf(firing));
      const response = await post(url, body, secret, signal);
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the answer is ${response.status}`);
    },
  };
}

async function post(
  url: string,
  body: string,
  secret: string | null,
  signal: AbortSignal,
): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    "user-agent": "Signalbox",
    ...secret !== null && { "x-signalbox-signature": signed(body, secret) },
  };
  // A receiver elsewhere is for the environment to name.
  const init = { method: "POST", headers, body, signal } as const;
  try {
    return await fetch(url, { ...init, redirect: "manual" });
  } catch (cause) {
    // Its message names the address, which may hold a secret.
    const late = (cause as Error).name === "TimeoutError";
    if (late) throw new Error("no answer within 10 s");
    throw new Error(signal.aborted ? "interrupted" : "it cannot be reached");
  }
}

function signed(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
