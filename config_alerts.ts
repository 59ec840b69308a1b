/** Reads for config.ts where firings of alerts are sent. */
import type { ConfigValues } from "./config_values.ts";

/** Where firings are sent: never an address from a rule. */
export function readAlerts(read: ConfigValues) {
  const webhookSecret = read.matching(
    "ALERT_WEBHOOK_SECRET",
    /^.{8,}$/,
    "at least 8 characters",
  );
  return {
    webhookUrl: read.has("ALERT_WEBHOOK_URL")
      ? read.url("ALERT_WEBHOOK_URL", ["http:", "https:"])
      : null,
    webhookSecret: webhookSecret ?? null,
    mail: readMail(read),
  };
}

function readMail(read: ConfigValues) {
  const to = read.matching(
    "ALERT_MAIL_TO",
    /^[^\s,@<>]+@[^\s,@<>]+(\s*,\s*[^\s,@<>]+@[^\s,@<>]+)*$/,
    "addresses with commas between",
  );
  if (!read.has("SMTP_URL")) {
    if (to) {
      const allowed = "without SMTP_URL nothing can be sent there: set both";
      read.problem("ALERT_MAIL_TO", to, allowed);
    }
    return null;
  }
  const url = read.url("SMTP_URL", ["smtp:", "smtps:"]);
  if (!to) {
    const allowed = "it needs ALERT_MAIL_TO as well: whom to write to";
    read.problem("SMTP_URL", url, allowed);
  }
  return { url, to: to ?? "" };
}
