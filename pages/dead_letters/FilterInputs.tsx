/** The filter in force, carried along by a form. */
import type { DeadLetterFilter } from "../../db/dead_letters.ts";

export function FilterInputs({ filter }: { filter: DeadLetterFilter }) {
  return (
    <>
      {Object.entries(filter).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
