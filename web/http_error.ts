/** Ends a request with a status: thrown by handlers, answered by middleware or an error page. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;

  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The status that an error is answered with: its own, or 500 for whatever is not an HttpError. */
export function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}
