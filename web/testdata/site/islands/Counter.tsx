import { useSignal } from "@preact/signals";

export default function Counter(props: { count: number; title: string }) {
  const count = useSignal(props.count);
  return (
    <button type="button" onClick={() => count.value++}>
      {props.title} {count}
    </button>
  );
}

export function Twin(props: { count: number }) {
  return <output>{props.count}</output>;
}

/** Not a function: not an island. */
export const limit = 10;
