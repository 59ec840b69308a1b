/** The address of a provider's API, as a setting gives it. */

/** @param setting whose value it is @throws {TypeError} that does not quote it: what makes it unusable may be a key */
export function checkAddress(
  baseUrl: string,
  setting: string,
  example: string,
): URL {
  const url = URL.parse(baseUrl);
  const bare = url && `${url.search}${url.hash}${url.username}${url.password}`;
  if (url && bare === "" && /^https?:$/.test(url.protocol)) return url;
  throw new TypeError(
    `${setting} is not a http or https address without user, query and fragment, such as ${example}`,
  );
}

/** `host:port` of an address, for a net permission. */
export function hostOf(url: URL): string {
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  return `${url.hostname}:${port}`;
}
