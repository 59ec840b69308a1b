/** Until when the calendar of New York's exchange reaches. */
import { CALENDAR_UNTIL } from "../market/hours.ts";

/** Early enough for an update, in days. */
const aheadDays = 92;

export interface CalendarWord {
  readonly level: "ok" | "warning";
  readonly text: string;
}

export function calendarWord(now = Temporal.Now.plainDateISO("UTC")) {
  const until = Temporal.PlainDate.from(CALENDAR_UNTIL);
  const { days } = now.until(until, { largestUnit: "days" });
  const reaches = `the calendar of New York's exchange reaches to ` +
    CALENDAR_UNTIL;
  const word: CalendarWord = days >= aheadDays
    ? { level: "ok", text: reaches }
    : {
      level: "warning",
      text:
        `${reaches}; after that day holidays are reckoned by rule and may ` +
        "be missed: update Signalbox",
    };
  return word;
}
