/** Reads server-sent events, as the HTML standard has them. */

export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

/** Each event that has data; ends with the stream. */
export async function* sentEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<SentEvent> {
  let held = "";
  const texts = (stream as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream());
  for await (const text of texts) {
    const parts = (held + text).split("\n\n");
    held = parts.pop()!;
    for (const part of parts) {
      const fields = part.split("\n").map((line) =>
        /^(\w+): ?(.*)$/.exec(line)
      );
      const of = (name: string) =>
        fields.flatMap((field) => field?.[1] === name ? [field[2]!] : []);
      const data = of("data").join("\n");
      if (data) yield { event: of("event")[0] ?? "message", data };
    }
  }
}
