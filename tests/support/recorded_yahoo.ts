/** Real answers of Yahoo, recorded: beside the project, as the prices are. */
import { DEFAULT_FOLDER, MissingRecordingError } from "./recorded_prices.ts";

/** @throws {MissingRecordingError} */
export async function recordedYahoo(file: string): Promise<unknown> {
  const path = new URL(`yahoo/${file}`, DEFAULT_FOLDER);
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new MissingRecordingError(path, cause);
  }
}
