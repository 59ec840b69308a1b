/** What receives the spans and the log of a host: OTLP over HTTP, as JSON. */

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string }[];
  readonly status: { readonly code: number };
}

export interface ReceivedLog {
  readonly severityText: string;
  readonly body: string;
  readonly traceId: string;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

// deno-lint-ignore no-explicit-any -- as the protocol has it
type Received = any;

export function startReceiver() {
  const spans: ReceivedSpan[] = [];
  const logs: ReceivedLog[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const body: Received = JSON.parse(await textOf(request));
      for (const { scopeSpans } of body.resourceSpans ?? []) {
        spans.push(
          ...scopeSpans.flatMap((scope: Received) => scope.spans).map(spanOf),
        );
      }
      for (const { scopeLogs } of body.resourceLogs ?? []) {
        logs.push(
          ...scopeLogs.flatMap((scope: Received) => scope.logRecords).map(
            logOf,
          ),
        );
      }
      return Response.json({});
    },
  );
  return {
    spans,
    logs,
    /** What a host needs, to export here at once. */
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "200",
      OTEL_BLRP_SCHEDULE_DELAY: "200",
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function textOf(request: Request): Promise<string> {
  if (request.headers.get("content-encoding") !== "gzip") {
    return await request.text();
  }
  const plain = request.body!.pipeThrough(new DecompressionStream("gzip"));
  return await new Response(plain).text();
}

function spanOf(span: Received): ReceivedSpan {
  const values = span.attributes.map(({ key, value }: Attribute) =>
    [key, Object.values(value)[0]] as const
  );
  return { ...span, attributes: Object.fromEntries(values) };
}

function logOf({ severityText, body, traceId }: Received): ReceivedLog {
  return { severityText, body: body.stringValue.trimEnd(), traceId };
}
