import { define } from "../../define.ts";

/** How many readers have come and gone. */
export const readers = { left: 0 };

async function* ticks() {
  try {
    for (let i = 0;; i++) {
      yield `data: ${i}\n\n`;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    readers.left++;
  }
}

export const handler = define.handlers({
  GET: () => {
    const body = ReadableStream.from(ticks()).pipeThrough(
      new TextEncoderStream(),
    );
    return new Response(body, {
      headers: { "content-type": "text/event-stream" },
    });
  },
});
