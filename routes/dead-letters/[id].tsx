import { HttpError, page } from "fresh";
import { eventAddress } from "../../ui/addresses.ts";
import { cut, jsonText, payloadText } from "../../ui/payload.ts";
import { Card } from "../../ui/parts.tsx";
import { liveHeaders, PageTitle } from "../../ui/page.tsx";
import { LetterButtons } from "../../pages/dead_letters/LetterList.tsx";
import {
  Failures,
  LetterHistory,
  LetterState,
} from "../../pages/dead_letters/LetterState.tsx";
import { define, param } from "../../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const id = param(ctx, "id");
    const letter = await ctx.state.services.deadLetters.get(id);
    if (letter) return page({ letter }, { headers: liveHeaders });
    const why = "it may have been deleted";
    throw new HttpError(404, `There is no dead letter ${id}: ${why}.`);
  },
});

export default define.page<typeof handler>(({ data: { letter } }) => {
  const name = letter.event_id ?? letter.position;
  return (
    <>
      <PageTitle>{`Dead letter ${name}`}</PageTitle>
      <p class="crumbs">
        <a href="/dead-letters">Dead letters</a>
      </p>
      <h1>{name}</h1>
      <Card
        id="reason"
        title={<LetterState letter={letter} />}
        aside={<LetterButtons id={letter.id} name={name} look="button" />}
      >
        <p class="why">{cut(letter.error)}</p>
        <p class="small">
          <code>{letter.actor}</code> at{" "}
          <a href={eventAddress(letter.actor, letter.position)}>
            {letter.position}
          </a>, <Failures letter={letter} />
        </p>
        <h3>History</h3>
        <LetterHistory of={letter.history} />
        {letter.stack && (
          <>
            <h3>Stack</h3>
            <pre tabIndex={0}>{cut(letter.stack)}</pre>
          </>
        )}
        <h3>Attributes</h3>
        <pre
          tabIndex={0}
        >{jsonText(letter.message.attributes)}</pre>
        <h3>Payload</h3>
        <pre tabIndex={0}>{payloadText(letter.message.data)}</pre>
      </Card>
    </>
  );
});
