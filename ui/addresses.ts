/** Addresses of pages that others link to. */

/** The way of the event at a position of an actor's stream. */
export function eventAddress(actor: string, position: string): string {
  return `/events/${encodeURIComponent(actor)}/${encodeURIComponent(position)}`;
}

/** Where the newest values of a symbol come from, or why there are none, with what can be done about it. */
export function provenanceAddress(symbol: string, actor?: string): string {
  const place = actor ? `provenance-${actor}` : "provenance";
  return `/symbols/${encodeURIComponent(symbol)}#${place}`;
}
