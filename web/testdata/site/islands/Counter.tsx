import type { Signal } from "@preact/signals";

export default function Counter(
  props: { count: Signal<number>; title: string },
) {
  return (
    <button type="button" onClick={() => props.count.value++}>
      {props.title} {props.count}
    </button>
  );
}

export function Twin(props: { count: Signal<number> }) {
  return <output>{props.count}</output>;
}

/** Not a function: not an island. */
export const limit = 10;
