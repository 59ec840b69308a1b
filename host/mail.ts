/** Firings by e-mail, over SMTP. */
// @ts-types="./nodemailer.d.ts"
import { createTransport } from "nodemailer";
import { ruleText } from "../db/alert_rule.ts";
import { unlessAborted } from "../wait.ts";
import type { Channel } from "./deliveries.ts";

const timeouts = {
  connectionTimeout: 8_000,
  greetingTimeout: 8_000,
  socketTimeout: 8_000,
};

/** @param to addresses with commas between */
export function mail(url: string, to: string): Channel {
  const user = decodeURIComponent(new URL(url).username);
  // Many servers take mail only from whom it was that logged in.
  const from = user.includes("@") ? user : to.split(",")[0]!.trim();
  const transport = createTransport({
    url,
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: "mail",
    async deliver({ id, symbol, text, at, rule }, signal) {
      const sent = transport.sendMail({
        from: { name: "Signalbox", address: from },
        to,
        // The same at each try: a mailbox may tell that it has it already.
        messageId: `<${id}@signalbox>`,
        subject: `${symbol}: ${text}`,
        text: `${symbol}: ${text}\n\nAt ${at} (market time).\n` +
          `Alert: ${ruleText(rule)}\n${rule.note}`,
      });
      sent.catch(() => {}); // told below, or too late
      try {
        await unlessAborted(sent, signal);
      } catch (cause) {
        // What else a server says may hold what it was told.
        const { code, responseCode } = cause as Record<string, unknown>;
        const why = responseCode ?? code ?? "no answer in time";
        throw new Error(`not taken (${why})`);
      }
    },
  };
}
