/** A screen that is drawn again in place until Ctrl+C; plain text where the output is no terminal. */
import { sleep } from "../wait.ts";
import { shorten, terminal } from "./table.ts";

export interface Screen {
  /** Puts this in place of what was there; what does not fit is left out, and it is said how much. */
  draw(text: string): void;
  /** The screen is as it was before. */
  close(): void;
}

const put = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    at += Deno.stdout.writeSync(bytes.subarray(at));
  }
};

/** The terminal's second screen, without a cursor; elsewhere each drawing that is new is printed. */
export function openScreen(): Screen {
  if (!Deno.stdout.isTerminal()) {
    let last = "";
    return {
      draw: (text) => {
        if (text !== last) put(`${last && "\n"}${text}\n`);
        last = text;
      },
      close: () => {},
    };
  }
  put("\x1b[?1049h\x1b[?25l");
  return {
    draw(text) {
      const { columns, rows } = terminal();
      const lines = text.split("\n").map((line) => shorten(line, columns));
      const more = lines.length - rows;
      const shown = more > 0
        ? [...lines.slice(0, rows - 1), `… ${more + 1} more`]
        : lines;
      put(`\x1b[H${shown.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
    },
    close: () => put("\x1b[?25h\x1b[?1049l"),
  };
}

/** Runs `work` until it ends or somebody ends it: Ctrl+C is the end that is wished for. */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  // Never removed: the terminal and the task that started us both send it, and the second would kill.
  for (const each of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(each, leave);
  }
  try {
    await work(leaving.signal);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
}

const refreshMs = 2_000;

/** Draws what `look` tells, every two seconds; also that it could not. */
export async function refreshing(look: () => Promise<string>): Promise<void> {
  // What is wrong from the start is no screen.
  let text = await look();
  const screen = openScreen();
  try {
    await untilInterrupted(async (signal) => {
      while (true) {
        screen.draw(text);
        await sleep(refreshMs, signal);
        text = await look().catch((error) => `${text}\n\n${error.message}`);
      }
    });
  } finally {
    screen.close();
  }
}
