import { useReducer, useRef } from "preact/hooks";

/** What a component keeps. Whoever holds on to it reads the newest `value`; another one draws the component anew. */
export interface Kept<T> {
  value: T;
}

/** A signal of the component's own, in a tenth of the bytes of signals that go beyond it. */
export function useKept<T>(initial: T): Kept<T> {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const kept = useRef<Kept<T>>(null);
  return kept.current ??= keep(initial, () => draw(null));
}

function keep<T>(initial: T, changed: () => void): Kept<T> {
  let held = initial;
  return {
    get value() {
      return held;
    },
    set value(next) {
      if (next === held) return;
      held = next;
      changed();
    },
  };
}
