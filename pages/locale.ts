/** The reader's locale, on the server: of each request its own. */
import { AsyncLocalStorage } from "node:async_hooks";
import { plainLocale, readLocaleBy } from "../ui/locale.ts";

const now = new AsyncLocalStorage<string | undefined>();
readLocaleBy(() => now.getStore());

/** Does the work with numbers and times in that locale; in the plain one without. */
export function inLocale<T>(locale: string | undefined, work: () => T): T {
  return now.run(locale, work);
}

const longest = 300;
const known = new Map<string, string | null>();
const mostKnown = 1_000;

/** What the reader likes best of what is known here: of `Accept-Language` as RFC 9110 has it. */
export function localeOf(request: Request): string {
  const header = request.headers.get("accept-language") ?? "";
  const wishes = header.slice(0, longest).split(",").map((wish) => {
    const [tag = "", ...rest] = wish.split(";").map((part) => part.trim());
    const q = rest.find((part) => part.startsWith("q="))?.slice(2) ?? "1";
    return { tag, q: Number(q) };
  }).filter(({ q }) => q > 0);
  for (const { tag } of wishes.sort((a, b) => b.q - a.q)) {
    const found = knownLocale(tag);
    if (found) return found;
  }
  return plainLocale;
}

function knownLocale(tag: string): string | null {
  const told = known.get(tag);
  if (told !== undefined) return told;
  if (known.size >= mostKnown) known.clear();
  const found = findLocale(tag);
  known.set(tag, found);
  return found;
}

/** As it is kept here, without what a tag may ask for beyond a language and a place. */
function findLocale(tag: string): string | null {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(tag)) return null;
  try {
    const { baseName } = new Intl.Locale(tag);
    const [supported] = Intl.NumberFormat.supportedLocalesOf([baseName]);
    return supported
      ? new Intl.NumberFormat(supported).resolvedOptions().locale
      : null;
  } catch {
    return null;
  }
}
