/** Whole words in a text of any script and case. */

/** Written without spaces between words, Korean particles included: there a word may stand anywhere. */
const unspaced = String
  .raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
const letter = String.raw`[[\p{L}\p{N}\p{M}_]--[${unspaced}]]`;
const startsUnspaced = new RegExp(`^[${unspaced}]`, "v");
const endsUnspaced = new RegExp(`[${unspaced}]$`, "v");

/** The words between commas; a phrase of several is one. */
export function wordsOf(list: string): string[] {
  return list.split(/[,;、，；،\n]/).map(plain).filter(Boolean);
}

/** The first of the words (between commas) that the text holds; null if it holds none. */
export function holdsWord(text: string, list: string): string | null {
  const searched = plain(text);
  return wordsOf(list).find((word) => patternOf(word).test(searched)) ?? null;
}

/** One form of what looks alike: composed or not, wide or not, any white space, any case. */
function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

function patternOf(word: string): RegExp {
  const before = startsUnspaced.test(word) ? "" : `(?<!${letter})`;
  const after = endsUnspaced.test(word) ? "" : `(?!${letter})`;
  return new RegExp(before + RegExp.escape(word) + after, "iv");
}
