/** A number of permits; who finds none waits for one, in order of asking. */
export interface Limit {
  readonly take: () => Promise<void>;
  readonly give: () => void;
}

export function limit(permits: number): Limit {
  let left = permits;
  const waiting: (() => void)[] = [];
  return {
    take: () => {
      if (left > 0) {
        left--;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) left++;
      else next();
    },
  };
}
