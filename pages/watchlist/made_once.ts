/** What is made again and again of the same is made once, and is the same object. */

interface Kept<Made> {
  readonly from: readonly unknown[];
  readonly made: Made;
}

/** Keeps what was made last for each object, as long as somebody holds that object. */
export function madeOnce<Made>() {
  const kept = new WeakMap<object, Kept<Made>>();
  /** @param from all else that it is made of; kept while each is the same */
  return (
    by: object,
    from: readonly unknown[],
    make: () => Made,
  ): Made => {
    const known = kept.get(by);
    if (known?.from.every((one, i) => one === from[i])) return known.made;
    const made = make();
    kept.set(by, { from, made });
    return made;
  };
}
