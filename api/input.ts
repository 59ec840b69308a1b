/** Reads what a request brings (path, query, body) and checks it against the endpoint's schemas. */
import type { z } from "zod";
import { deadline, DeadlineError } from "../wait.ts";
import { type InputError, ProblemError } from "./problem.ts";

/** The largest body that is read, in bytes: 5,000 ids or symbols, the most that a schema allows, fit in. */
const maxBody = 256 * 1024;

type Part = InputError["in"];

/**
 * @throws {ProblemError} `invalid-request` with one error for each bad value; `conflict` if each is as the
 * schema has it, and only together they make no sense.
 */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  part: Part,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) =>
    explain(issue, value, part, schema)
  );
  const detail = errors.map((e) => `${label(e)}: ${e.message}`).join("; ");
  const kind = result.error.issues.every(isOfSeveral)
    ? "conflict"
    : "invalid-request";
  throw new ProblemError(kind, detail, { errors });
}

function isOfSeveral(issue: z.core.$ZodIssue): boolean {
  return issue.code === "custom" && issue.params?.together === true;
}

/** A parameter that is given several times becomes a list, which no schema of one value accepts. */
export function queryOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(names.map((name) => {
    const values = url.searchParams.getAll(name);
    return [name, values.length === 1 ? values[0]! : values];
  }));
}

/**
 * The JSON body of a request; undefined if it has none.
 * @throws {ProblemError} if it is too large, not declared as JSON, or not JSON.
 */
export async function bodyOf(request: Request): Promise<unknown> {
  const bytes = await readLimited(request);
  if (bytes.length === 0) return undefined;
  requireJsonType(request.headers.get("content-type"));
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const detail = `The body is not JSON in UTF-8: ${(cause as Error).message}`;
    throw new ProblemError("malformed-body", detail, { cause });
  }
}

/** How long a body may take, in ms: one that never ends is not waited for. */
const bodyWithinMs = 8_000;

/**
 * The bytes of a body.
 * @throws {ProblemError} `body-too-large` beyond `maxBody`, `body-too-slow` after `bodyWithinMs`
 */
async function readLimited(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBody) {
    await request.body?.cancel();
    throw tooLarge();
  }
  const text = `The body was not complete within ${bodyWithinMs / 1000} s`;
  try {
    return await deadline(readAll(request), bodyWithinMs, text);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new ProblemError("body-too-slow", text);
  }
}

async function readAll(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBody) throw tooLarge();
    chunks.push(chunk);
  }
  return await new Blob(chunks as BlobPart[]).bytes();
}

function tooLarge(): ProblemError {
  const detail =
    `The body is larger than the ${maxBody} bytes that are allowed`;
  return new ProblemError("body-too-large", detail);
}

/** A form or plain text can be sent by any site without the browser asking first; JSON cannot. */
function requireJsonType(type: string | null): void {
  const media = type?.split(";")[0]?.trim().toLowerCase();
  if (media === "application/json") return;
  const found = type ? `"${type}"` : "missing";
  const detail =
    `The body's content-type is ${found}; send it as application/json`;
  throw new ProblemError("not-json", detail);
}

function label(error: InputError): string {
  if (error.in === "query") return `Query parameter "${error.name}"`;
  if (error.in === "path") return `Path parameter "${error.name}"`;
  return error.name ? `"${error.name}" in the body` : "The body";
}

function explain(
  issue: z.core.$ZodIssue,
  value: unknown,
  part: Part,
  schema: z.ZodType,
): InputError[] {
  const at = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const message = notKnown(schema, at);
    return issue.keys.map((key) => ({
      in: part,
      name: [...at, key].join("."),
      message,
    }));
  }
  const bad = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown>)?.[key],
    value,
  );
  return [{
    in: part,
    name: at.join("."),
    message: `${shown(bad)} is not allowed: ${issue.message}`,
  }];
}

function notKnown(schema: z.ZodType, at: readonly string[]): string {
  if (at.length > 0 || !("shape" in schema)) return "is not known here";
  const names = Object.keys(schema.shape as object).join(", ");
  return `is not known here; ${
    names ? `allowed: ${names}` : "this takes none"
  }`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
