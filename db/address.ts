/** What a database URL may say to people, and to the permissions of a Worker. */

/** The URL without its password, for messages; works on what is no URL as well. */
export function redactDatabaseUrl(url: string): string {
  return url
    // To the last @: a password may hold one that nobody encoded.
    .replace(/^([a-z+]+:\/\/[^:@/?#]*):.*@/i, "$1:***@")
    .replace(/([?&](?:ssl)?password=)[^&#]*/gi, "$1***");
}

/**
 * `host:port`, as `net` permissions have it; of several hosts (failover) all, with commas between.
 * @throws {TypeError} if it is not a database URL
 */
export function databaseHost(url: string): string {
  const match = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url);
  if (!match) {
    throw new TypeError(
      `"${redactDatabaseUrl(url)}" is not a database URL: ` +
        "write postgres://user:password@host:5432/database",
    );
  }
  const hosts = (match[1] || "localhost").split(",");
  return hosts.map((host) => /:\d+$/.test(host) ? host : `${host}:5432`)
    .join(",");
}
