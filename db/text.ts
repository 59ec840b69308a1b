/**
 * Text that PostgreSQL takes: it refuses NUL, and half a surrogate pair is not UTF-8. Both become the
 * replacement character, so that people can still read and find the rest.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
