/**
 * Spans of OpenTelemetry, which Deno exports by itself when `OTEL_DENO` says so; otherwise nothing of it is
 * loaded, and nothing is done.
 */
import type {
  Attributes,
  Link,
  Span,
  SpanContext,
  SpanOptions,
} from "@opentelemetry/api";
import type { Market } from "../market/market.ts";

/** Where Deno has put what its own tracer is reached by. */
const registered = Symbol.for("opentelemetry.js.api.1") in globalThis;
const otel = registered ? await import("@opentelemetry/api") : null;
const tracer = otel?.trace.getTracer("signalbox");

/** Whether spans are exported. */
export const tracing: boolean = tracer !== undefined;

/** As OpenTelemetry numbers them. */
const kinds = {
  internal: 0,
  server: 1,
  client: 2,
  producer: 3,
  consumer: 4,
} as const;

export interface SpanNeeds {
  readonly kind?: keyof typeof kinds;
  readonly attributes?: Attributes;
  /** A W3C `traceparent` of what caused this; what runs around it unless told, and none if it is null. */
  readonly parent?: string | null | undefined;
  /** Also of what has to do with it, in other traces. */
  readonly links?: readonly string[];
  /** In ms since 1970; now unless told. */
  readonly startTime?: number;
}

/** Runs `work` in a span, which ends with it, as failed if it throws. */
export async function inSpan<T>(
  name: string,
  needs: SpanNeeds,
  work: () => Promise<T>,
): Promise<T> {
  if (!otel || !tracer) return await work();
  const parent = contextOf(needs.parent);
  const span = tracer.startSpan(name, optionsOf(needs), parent);
  const within = otel.trace.setSpan(parent, span);
  try {
    return await otel.context.with(within, work);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A span around work that is not awaited here; call what it returns with the error, or nothing, when it ends. */
export function startSpan(
  name: string,
  needs: SpanNeeds,
): (error?: unknown) => void {
  if (!otel || !tracer) return () => {};
  const span = tracer.startSpan(
    name,
    optionsOf(needs),
    contextOf(needs.parent),
  );
  return (error) => {
    if (error !== undefined) fail(span, error);
    span.end();
  };
}

type Fetch<Info> = (
  request: Request,
  info: Info,
) => Response | Promise<Response>;

/** Answers in a span, of the trace that the request names if it does: Deno has none for Node's server. */
export function tracedFetch<Info>(fetch: Fetch<Info>): Fetch<Info> {
  if (!tracing) return fetch;
  return (request, info) => {
    const { pathname, protocol } = new URL(request.url);
    return inSpan(request.method, {
      kind: "server",
      parent: request.headers.get("traceparent") ?? undefined,
      attributes: {
        "http.request.method": request.method,
        "url.path": pathname,
        "url.scheme": protocol.slice(0, -1),
      },
    }, async () => {
      const response = await fetch(request, info);
      const span = otel!.trace.getActiveSpan()!;
      span.setAttribute("http.response.status_code", response.status);
      if (response.status >= 500) {
        span.setStatus({ code: otel!.SpanStatusCode.ERROR });
      }
      return response;
    });
  };
}

/** Names the span of the request that is answered, which is called by its method until then. */
export function nameRequest(method: string, route: string): void {
  otel?.trace.getActiveSpan()
    ?.updateName(`${method} ${route}`)
    .setAttribute("http.route", route);
}

/** The `traceparent` of the span that runs; undefined outside of all. */
export function currentTraceparent(): string | undefined {
  const context = otel?.trace.getActiveSpan()?.spanContext();
  if (!context) return undefined;
  const { traceId, spanId, traceFlags } = context;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

function optionsOf(
  { kind = "internal", attributes = {}, links = [], startTime }: SpanNeeds,
): SpanOptions {
  return {
    kind: kinds[kind],
    attributes,
    links: links.flatMap((traceparent): Link[] => {
      const context = parse(traceparent);
      return context ? [{ context }] : [];
    }),
    ...(startTime === undefined ? {} : { startTime }),
  };
}

function contextOf(parent: string | null | undefined) {
  const { context, ROOT_CONTEXT, trace } = otel!;
  if (parent === undefined) return context.active();
  const found = parent === null ? null : parse(parent);
  return found ? trace.setSpanContext(ROOT_CONTEXT, found) : ROOT_CONTEXT;
}

/** Null for what is none: it may come from anywhere. */
function parse(traceparent: string): SpanContext | null {
  const [, traceId, spanId, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
      .exec(traceparent) ?? [];
  if (!traceId || !spanId || !flags) return null;
  // Of zeros alone is none, and Deno throws at it.
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}

function fail(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.recordException(error instanceof Error ? error : message);
  span.setStatus({ code: otel!.SpanStatusCode.ERROR, message });
}

/** A market whose calls have spans, which waiting for the quota and all tries are part of. */
export function tracedMarket(market: Market): Market {
  if (!tracing) return market;
  return new Proxy(market, {
    get(target, name, self) {
      const value = Reflect.get(target, name, self);
      if (typeof value !== "function") return value;
      const attributes = { "signalbox.provider": market.name };
      return (...given: unknown[]) =>
        inSpan(
          `market ${String(name)}`,
          { kind: "client", attributes },
          () => value.apply(target, given),
        );
    },
  });
}
