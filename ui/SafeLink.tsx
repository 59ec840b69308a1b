/** A link to somewhere else, for addresses that came from outside. */
import type { ComponentChildren } from "preact";

interface Props {
  href: string | null | undefined;
  children: ComponentChildren;
  class?: string;
  /** What stands there instead where the address is not one to follow; the children, unless told. */
  fallback?: ComponentChildren;
}

/** Links http and https only, so that no `javascript:` or `data:` address of a headline is ever followed. */
export function SafeLink({ href, children, fallback, ...rest }: Props) {
  const address = webAddress(href);
  if (!address) return <span class={rest.class}>{fallback ?? children}</span>;
  return (
    <a
      class={rest.class}
      href={address}
      target="_blank"
      rel="noopener noreferrer"
    >
      {children}
      <span class="sr">(opens in a new tab)</span>
    </a>
  );
}

/** The address as a browser reads it, or null if it is not http or https. */
export function webAddress(text: string | null | undefined): string | null {
  const url = URL.parse(text ?? "");
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}
