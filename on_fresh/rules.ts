/** Where Fresh would answer otherwise than `web/` does; tested without Fresh. */

/** The methods that Fresh knows. */
export const methods: readonly string[] = [
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
];

/**
 * An address as Fresh can read it: it fails at `%zz`, before anything of ours is asked, where `web/`
 * takes what is not URL-encoded text for the text that it is.
 */
export function readable(address: string): string {
  const url = new URL(address);
  try {
    decodeURI(url.pathname);
    return address;
  } catch {
    url.pathname = url.pathname.replaceAll("%", "%25");
    return url.href;
  }
}

/**
 * True for a readable path that nothing is at: Fresh would merge its slashes, fail at its dots, or show
 * what its bundler wrote of the sources.
 */
export function leadsNowhere(path: string): boolean {
  const text = decodeURIComponent(path);
  return /\/\/|\\|\/\.\.?(?:\/|$)|\/metafile\.json$/.test(text);
}

/** Where a path with a slash at its end has moved to; null for any other. */
export function movedTo({ pathname, search }: URL): string | null {
  if (pathname === "/" || !pathname.endsWith("/")) return null;
  return leadsNowhere(pathname) ? null : pathname.slice(0, -1) + search;
}

/** A content security policy that lets the one inline script run which Fresh starts the islands with. */
export function withNonce(policy: string, nonce: string): string {
  return policy.replace(
    "default-src 'self'",
    `default-src 'self'; script-src 'self' 'nonce-${nonce}'`,
  );
}
