import { useEffect, useRef } from "preact/hooks";

/** Calls back once in a second, however often it is asked to. */
export function useSoon(run: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      run();
    }, 1000);
  };
}
