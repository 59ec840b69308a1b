/** Firings by e-mail, over SMTP. */
// @ts-types="./nodemailer.d.ts"
import { createTransport } from "nodemailer";
import { connect, type Socket } from "node:net";
import { ruleText } from "../db/alert_rule.ts";
import { unlessAborted } from "../wait.ts";
import type { Channel } from "./deliveries.ts";

const timeouts = {
  connectionTimeout: 8_000,
  greetingTimeout: 8_000,
  socketTimeout: 8_000,
};

/** As nodemailer takes it: given a URL, it would heed nothing that stands beside it. */
function serverOf(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    ...username && {
      auth: {
        user: decodeURIComponent(username),
        pass: decodeURIComponent(password),
      },
    },
  };
}

/** By name: nodemailer would ask the name server itself, and connect to an address that is not granted. */
function getSocket(
  { host, port }: ReturnType<typeof serverOf>,
  done: (error: Error | null, opened?: { connection: Socket }) => void,
): void {
  const connection = connect(port, host);
  const late = () => connection.destroy(new Error("no connection in time"));
  const timer = setTimeout(late, timeouts.connectionTimeout);
  const fail = (error: Error) => (clearTimeout(timer), done(error));
  connection.once("error", fail).once("connect", () => {
    clearTimeout(timer);
    connection.off("error", fail);
    done(null, { connection });
  });
}

/** @param to addresses with commas between */
export function mail(url: string, to: string): Channel {
  const user = decodeURIComponent(new URL(url).username);
  // Many servers take mail only from whom it was that logged in.
  const from = user.includes("@") ? user : to.split(",")[0]!.trim();
  const transport = createTransport({
    ...serverOf(url),
    getSocket,
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
