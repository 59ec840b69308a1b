/** Instants: drawn in UTC by the server, put into the reader's own time by islands/Times.tsx. */
import { type TimeStyle, timeText } from "./time_text.ts";

interface Props {
  /** RFC 3339. */
  at: string;
  /** How it reads; `full` unless told. */
  as?: TimeStyle;
}

/** The server does not know the reader's zone; the browser does. */
const zone = typeof document === "undefined" ? "UTC" : undefined;

export function Time({ at, as = "full" }: Props) {
  if (Number.isNaN(Date.parse(at))) return <span>{at}</span>;
  return (
    <time dateTime={at} data-as={as} title={utcTitle(at)}>
      {timeText(at, as, Date.now(), zone)}
    </time>
  );
}

/** `2026-01-31 14:30:00 UTC` */
export function utcTitle(at: string): string {
  return new Date(at).toISOString().replace("T", " ").replace(
    /\.\d+Z$/,
    " UTC",
  );
}
