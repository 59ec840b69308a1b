/** A text in which positions of a stream lead to the events there. */
import { eventAddress } from "../../ui/addresses.ts";

/** As positions of Redis and of Kafka are written. */
const positions = /\b(\d{13}-\d{1,20}(?:-\d{16,})?)\b/;

export function Positions(
  { text, actor }: { text: string; actor: string | null },
) {
  if (!actor) return <>{text}</>;
  return (
    <>
      {text.split(positions).map((part, n) =>
        n % 2 ? <a key={n} href={eventAddress(actor, part)}>{part}</a> : part
      )}
    </>
  );
}
