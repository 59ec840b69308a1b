/** Which host names are served without an access token. */

/**
 * True for a name that a stranger may have in public DNS. Such a name can be made to lead to this
 * machine (DNS rebinding), and then the stranger's page is of "our" origin. Without an access token
 * only names that no stranger can own are served: addresses, single words, and the private endings.
 */
export function isPublicName(hostname: string): boolean {
  if (isAddress(hostname) || !hostname.includes(".")) return false;
  return !/\.(localhost|local|lan|internal|home\.arpa|test)\.?$/i
    .test(hostname);
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}
