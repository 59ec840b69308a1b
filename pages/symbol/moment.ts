/** Times as people type them. */

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

interface Typed {
  readonly date: Temporal.PlainDate | null;
  readonly time: Temporal.PlainTime;
}

/**
 * The instant that a text means on the clocks of `zone`, in ms since 1970; null if it means none:
 * `14:35` (the last such time), `yesterday 14:35`, `31 Jan 14:35`, `2026-01-31 14:35`, or RFC 3339.
 */
export function parseMoment(
  text: string,
  zone: string,
  now: number,
): number | null {
  const clock = Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(zone);
  try {
    if (/T.*(Z|[+-]\d\d:\d\d)$/i.test(text)) {
      return Temporal.Instant.from(text).epochMilliseconds;
    }
    const { date, time } = typed(text.toLowerCase(), clock.toPlainDate());
    const on = (day: Temporal.PlainDate) =>
      day.toZonedDateTime({ timeZone: zone, plainTime: time })
        .epochMilliseconds;
    if (date) return on(date);
    const today = on(clock.toPlainDate());
    return today <= now ? today : on(clock.toPlainDate().subtract({ days: 1 }));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @throws {RangeError} if it is no time */
function typed(text: string, today: Temporal.PlainDate): Typed {
  const [, day = "", hour, minute = "00"] =
    /^(.*?)(?:(?:^|[\s,t]+)(\d{1,2}):(\d\d)(?::\d\d)?)?$/.exec(text) ?? [];
  const time = new Temporal.PlainTime(Number(hour ?? 0), Number(minute));
  const date = day.trim() ? dateOf(day.trim(), today) : null;
  if (!date && hour === undefined) throw new RangeError("no time");
  return { date, time };
}

function dateOf(text: string, today: Temporal.PlainDate): Temporal.PlainDate {
  if (text === "today") return today;
  if (text === "yesterday") return today.subtract({ days: 1 });
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text);
  const [, day, name, year] =
    /^(?:[a-z]{3}[a-z]*,? )?(\d{1,2}) ([a-z]{3})[a-z]*,?(?: (\d{4}))?$/
      .exec(text) ?? [];
  const fields = {
    year: Number(year ?? today.year),
    month: months.indexOf(name ?? "") + 1,
    day: Number(day),
  };
  if (!fields.month) throw new RangeError("no date");
  const date = Temporal.PlainDate.from(fields, { overflow: "reject" });
  // Without a year it is the last such day.
  const ahead = !year && Temporal.PlainDate.compare(date, today) > 0;
  return ahead ? date.subtract({ years: 1 }) : date;
}
