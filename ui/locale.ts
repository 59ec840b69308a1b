/**
 * In whose locale numbers and times are written: the reader's, as the browser tells it with each request. The server
 * writes it into the page, and the browser reads it there, so that both write the same.
 */

/** Where nobody says: decimals with a point, times of 24 hours. */
export const plainLocale = "en-GB";

let read = (): string | undefined =>
  typeof document === "undefined"
    ? undefined
    : document.documentElement.dataset.locale;

/** A BCP 47 tag. */
export const locale = (): string => read() ?? plainLocale;

/** For the server, which writes for many: whom it writes for now. */
export function readLocaleBy(now: () => string | undefined): void {
  read = now;
}

/** More are made anew: a server is asked in every locale that somebody may name. */
const mostKept = 200;

/** Formats, each made once for a locale: that takes longer than a hundred numbers do. */
export function keptFormats<Format>(
  make: (locale: string, how: string) => Format,
) {
  const kept = new Map<string, Format>();
  return (how: string): Format => {
    const key = `${locale()} ${how}`;
    const known = kept.get(key);
    if (known) return known;
    if (kept.size >= mostKept) kept.clear();
    const made = make(locale(), how);
    kept.set(key, made);
    return made;
  };
}
