/** The address of a static file, on the server and in the browser. */

/** True in the browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

let addressOf = (path: string): string => path;

/** Called by an application that starts: from now on `asset` asks it. Without one, paths stay as they are. */
export function setAddresses(address: (path: string) => string): void {
  addressOf = address;
}

/**
 * The address of `static/<path>` that changes with the contents and may be cached for good. `path`
 * starts with "/"; anything else (an address with a host, `data:`) is returned as it is.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  return IS_BROWSER ? folderOf(import.meta.url) + path : addressOf(path);
}

/** Scripts and static files stand in one folder, `/_/<version>`; a script is told its own address. */
function folderOf(script: string): string {
  return new URL(script).pathname.split("/", 3).join("/");
}
