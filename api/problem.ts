/** Errors as the API tells them: RFC 9457 problem details. */
import { z } from "zod";

/** Every kind of problem: its status, its title, and when it comes up. */
export const kinds = {
  "malformed-body": [400, "Malformed body"],
  "unauthorized": [401, "Access token needed"],
  "cross-site": [403, "Cross-site request refused"],
  "not-found": [404, "Not found"],
  "unknown-signal": [404, "Unknown signal"],
  "unknown-symbol": [404, "Unknown symbol"],
  "method-not-allowed": [405, "Method not allowed"],
  "body-too-slow": [408, "Body too slow"],
  "refused": [409, "Not now"],
  "list-refused": [409, "List refused"],
  "watchlist-full": [409, "Watchlist full"],
  "conflict": [409, "Values that do not go together"],
  "body-too-large": [413, "Body too large"],
  "not-json": [415, "Body is not JSON"],
  "foreign-host": [421, "Foreign host name"],
  "invalid-request": [422, "Invalid request"],
  "too-many-guesses": [429, "Too many wrong access tokens"],
  "too-many-clients": [429, "Too many event streams from an address"],
  "internal": [500, "Internal error"],
  "unavailable": [503, "Temporarily unavailable"],
  "market-unavailable": [503, "Market data unavailable"],
} as const;

export type Kind = keyof typeof kinds;

/** What is wrong with one value of a request. */
const inputErrorSchema = z.object({
  in: z.enum(["path", "query", "body"]),
  name: z.string().describe("The parameter, or the path into the body"),
  message: z.string(),
}).meta({ id: "InputError" });

export const problemSchema = z.object({
  type: z.string().describe("`urn:signalbox:problem:` and the kind"),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("Names the bad value and what is allowed"),
  instance: z.string().describe("The path that was asked for").optional(),
  errors: z.array(inputErrorSchema).optional(),
}).meta({
  id: "Problem",
  description: "Problem details, RFC 9457",
  examples: [{
    type: "urn:signalbox:problem:unknown-signal",
    title: "Unknown signal",
    status: 404,
    detail: 'There is no signal "gold"; there are: quotes, news',
    instance: "/api/signals/gold/latest",
  }],
});

export type InputError = z.infer<typeof inputErrorSchema>;

export interface ProblemOptions {
  readonly errors?: InputError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown by an endpoint to answer with a problem; `detail` is shown to the client. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly kind: Kind,
    detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail, options);
  }
}

/** The response that tells a problem; `path` is the one that was asked for. */
export function problemResponse(error: ProblemError, path: string): Response {
  const [status, title] = kinds[error.kind];
  const problem = {
    type: `urn:signalbox:problem:${error.kind}`,
    title,
    status,
    detail: error.message,
    instance: path,
    errors: error.options.errors,
  } satisfies z.infer<typeof problemSchema>;
  return Response.json(problem, {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...error.options.headers,
    },
  });
}
