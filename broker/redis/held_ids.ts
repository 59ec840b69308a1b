/**
 * The ids that a consumer holds, in the pages that they were read in: most are let go of as they came, page after
 * page, and at tens of thousands a second a set of single ids is felt.
 */
export class HeldIds {
  #pages: (readonly string[])[] = [];

  /** @param page is kept as it is */
  add(page: readonly string[]): void {
    if (page.length > 0) this.#pages.push(page);
  }

  /** Those that are not held are no matter. A page that was read twice is let go of twice. */
  delete(ids: readonly string[]): void {
    let from = 0;
    for (let at; (at = this.#pageAt(ids, from)) >= 0;) {
      from += this.#pages.splice(at, 1)[0]!.length;
    }
    if (from < ids.length) this.#deleteEach(new Set(ids.slice(from)));
  }

  clear(): void {
    this.#pages = [];
  }

  all(): Set<string> {
    return new Set(this.#pages.flat());
  }

  /** Which page these start with, from there on; -1 if with none. */
  #pageAt(ids: readonly string[], from: number): number {
    return this.#pages.findIndex((page) =>
      page.length <= ids.length - from &&
      page.every((id, i) => id === ids[from + i])
    );
  }

  #deleteEach(ids: ReadonlySet<string>): void {
    this.#pages = this.#pages
      .map((page) => page.filter((id) => !ids.has(id)))
      .filter((page) => page.length > 0);
  }
}
