/** What can be done about a value that is missing or old: scan its symbol, or redrive its dead letter. */
import { HttpError } from "fresh";
import type { Services } from "../../host/services.ts";
import type { PageNotice } from "../../ui/page.tsx";

type Source = Pick<Services, "catalog" | "commands" | "deadLetters">;

/**
 * Does what a button says, for a page that shows one symbol; resolves to what was done.
 * @throws {HttpError} 404 if there is no such signal
 */
export async function commandSymbol(
  { catalog, commands, deadLetters }: Source,
  form: FormData,
): Promise<string> {
  const text = (name: string) => String(form.get(name) ?? "");
  const did = text("intent");
  if (did === "redrive") {
    await deadLetters.redrive([text("id")], "the dashboard");
    return did;
  }
  if (did !== "scan") {
    throw new TypeError(`"${did}" is nothing to do here: scan or redrive`);
  }
  const [actor, symbol] = [text("actor"), text("symbol")];
  if (!catalog.actors.has(actor)) {
    throw new HttpError(404, `There is no signal "${actor}".`);
  }
  const { failed } = await commands.scan(actor, [symbol]);
  if (failed[symbol]) {
    throw new Error(`${symbol} could not be scanned: ${failed[symbol]}`);
  }
  return did;
}

const done = new Map([
  ["redrive", "Sent through the stream again. Below: what becomes of it."],
  ["scan", "Scanned. What is new is shown as soon as it is stored."],
]);

/** Says what was done; the address decides which of our own sentences. */
export function noticeOf(query: URLSearchParams): PageNotice | null {
  const text = done.get(query.get("did") ?? "");
  return text ? { text } : null;
}
