/** Lets loops of one isolate wait for one another without polling. */
export interface Bell {
  /** Resolves at the next ring, or after `ms`. Check your condition first, in the same breath. */
  wait(ms?: number): Promise<void>;
  ring(): void;
}

export function makeBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    wait(ms) {
      return new Promise((resolve) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        if (ms !== undefined) timer = setTimeout(wake, ms);
      });
    },
    ring() {
      for (const wake of [...waiting]) wake();
    },
  };
}
