/** What to do about what a server refuses: an error names the fault, a person needs the way out. */

/** Each with words that stand in the text of the error. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /\bNOPERM\b|permission denied|user executing the script can't/i,
    "give Signalbox's user back the rights that docs/deploy.md lists",
  ],
  [
    /\b(NOAUTH|WRONGPASS)\b|password authentication failed/,
    "check user and password in DATABASE_URL, REDIS_URL and BROKER_URL, which are read at a start: " +
    "restart Signalbox if they are others now; the logins of signals are made again then",
  ],
  [
    /certificate/,
    "start with DENO_CERT naming the file of its authority's certificate, and name the server in " +
    "the URL as its certificate does",
  ],
  [
    /unrecognized configuration parameter "ssl/,
    "take that out of DATABASE_URL, and name the file of the authority's certificate in DENO_CERT",
  ],
  [
    /unsupported startup parameter|prepared statement .* does not exist/,
    "a pooler answers where PostgreSQL did: restart Signalbox, which asks less of a pooler",
  ],
  [
    /due to statement timeout/,
    "a statement took longer than it may (30 s): look at PostgreSQL's load, and for a trigger or an index",
  ],
  [
    /due to lock timeout/,
    "another session holds a lock on its table: see pg_locks and pg_stat_activity",
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

/** That a server does not do what it is asked for, with what to do. */
export function refusalOf(server: string, text: string): string {
  const what = adviceOn(text) ? "refuses" : "cannot be reached";
  return advised(`${server} ${what}: ${text}`);
}

/** The text, and what to do if that is known. */
export function advised(text: string): string {
  const what = adviceOn(text);
  return what ? `${text}: ${what}` : text;
}
