/** What to do about what a server refuses: an error names the fault, a person needs the way out. */

/** Each with words that stand in the text of the error. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /\bNOPERM\b|permission denied|user executing the script can't/i,
    "give Signalbox's user back the rights that docs/deploy.md lists",
  ],
  [
    /\b(NOAUTH|WRONGPASS)\b|password authentication failed/,
    "check user and password in DATABASE_URL and REDIS_URL",
  ],
  [
    /unsupported startup parameter|prepared statement .* does not exist/,
    "PgBouncer in transaction mode cannot carry this: name PostgreSQL itself in DATABASE_URL, " +
    "or a pool in session mode with ignore_startup_parameters = statement_timeout, " +
    "idle_in_transaction_session_timeout",
  ],
  [
    /\bOOM\b/,
    "Redis is at its maxmemory: raise it, or lower STREAM_MAX_LENGTH",
  ],
  [/\bMISCONF\b/, "Redis cannot save: look at its disk and its log"],
  [
    /\bREADONLY\b|read-only transaction|read-only replica/i,
    "this is a replica or is set read-only: name the primary in the URL, or let it take writes",
  ],
  [
    /No space left|could not extend file|disk full/i,
    "its disk is full: make room, nothing is lost meanwhile",
  ],
  [
    /relation .* does not exist|column .* does not exist/,
    "a table was renamed or dropped: put it back, or restore it from a backup",
  ],
  [
    /\bWRONGTYPE\b/,
    "another program wrote to Signalbox's key: remove it with redis-cli DEL, and restart the actor",
  ],
];

/** What to do, if the text of an error tells; null if it does not. */
export function adviceOn(text: string): string | null {
  return advice.find(([words]) => words.test(text))?.[1] ?? null;
}

/** The text, and what to do if that is known. */
export function advised(text: string): string {
  const what = adviceOn(text);
  return what ? `${text}: ${what}` : text;
}
