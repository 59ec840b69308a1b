/** The way out of a missing or old value, as buttons. */
import { CommandButton, CommandForm } from "../../ui/parts.tsx";

interface Props {
  /** The page that they come back to. */
  action: string;
  actor: string;
  symbol: string;
  /** The id of a dead letter that is not handled. */
  letter: string | null;
}

export function WayOut({ action, actor, symbol, letter }: Props) {
  return (
    <CommandForm
      class="buttons"
      action={action}
      fields={{ actor, symbol, ...letter && { id: letter } }}
    >
      {letter && (
        <CommandButton
          id={`redrive-${actor}`}
          intent="redrive"
          aria-label={`Redrive: the dead letter of ${symbol}, ${actor}`}
        >
          Redrive
        </CommandButton>
      )}
      <CommandButton
        id={`scan-${actor}`}
        intent="scan"
        aria-label={`Scan now: ${symbol}, ${actor}`}
      >
        Scan now
      </CommandButton>
    </CommandForm>
  );
}
