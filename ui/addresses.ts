/** Addresses of pages that others link to. */

/** The way of the event at a position of an actor's stream. */
export function eventAddress(actor: string, position: string): string {
  return `/events/${encodeURIComponent(actor)}/${encodeURIComponent(position)}`;
}

/** The way of the event of a symbol and market time (RFC 3339, UTC), as far as it is known; `id` is the event's, where several are of one time. */
export function eventAtAddress(
  actor: string,
  symbol: string,
  at: string,
  id?: string,
): string {
  const query = new URLSearchParams({ symbol, at, ...id && { id } });
  return `/events/${encodeURIComponent(actor)}?${query}`;
}

/** Where the newest values of a symbol come from, or why there are none, with what can be done about it. */
export function provenanceAddress(symbol: string, actor?: string): string {
  const place = actor ? `provenance-${actor}` : "provenance";
  return `/symbols/${encodeURIComponent(symbol)}#${place}`;
}
