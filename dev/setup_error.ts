/** A failure that one sentence explains, with the way out: shown to people without a stack. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

const reasons: [RegExp, (folder: string) => string][] = [
  [
    /no space left|wrote only \d+ of|ENOSPC|disk quota|EDQUOT/i,
    (folder) =>
      `The disk that holds ${folder} is full: free some space, or set DATA_DIR to a folder on another disk.`,
  ],
  [
    /permission denied|read-only file ?system|operation not permitted|EACCES|EROFS|EPERM|PermissionDenied|NotCapable/i,
    (folder) =>
      `${folder} cannot be written to: make it writable, or set DATA_DIR to a folder that is.`,
  ],
  [
    /not a directory|ENOTDIR|file exists|EEXIST/i,
    (folder) =>
      `${folder} is not a folder, or lies in a file: move that file away, or set DATA_DIR to another folder.`,
  ],
];

/** The sentence for what keeps people from using a folder; undefined if it is something else. */
export function folderProblem(
  folder: string,
  cause: unknown,
): SetupError | undefined {
  const text = cause instanceof Error
    ? `${cause.name} ${cause.message}`
    : String(cause);
  const found = reasons.find(([pattern]) => pattern.test(text));
  return found && new SetupError(found[1](folder), { cause });
}

/** Runs `work`; what goes wrong with the folder comes out as one sentence. */
export async function inFolder<T>(
  folder: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw folderProblem(folder, error) ?? error;
  }
}
