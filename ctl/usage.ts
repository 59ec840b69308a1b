/** The command line cannot be understood; the message says which part. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
