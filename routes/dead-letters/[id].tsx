import { HttpError, page } from "fresh";
import { Card } from "../../ui/parts.tsx";
import { plural } from "../../ui/numbers.ts";
import { liveHeaders, PageTitle } from "../../ui/page.tsx";
import { Time } from "../../ui/Time.tsx";
import { LetterButtons } from "../../pages/dead_letters/LetterList.tsx";
import { define, param } from "../../pages/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const id = param(ctx, "id");
    const letter = await ctx.state.services.deadLetters.get(id);
    if (letter) return page({ letter }, { headers: liveHeaders });
    const why = "it was redriven or deleted";
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
        title={<span class="badge bad">✕ {letter.reason}</span>}
        aside={<LetterButtons id={letter.id} name={name} look="button" />}
      >
        <p class="why">{letter.error}</p>
        <p class="small">
          <code>{letter.actor}</code> at <code>{letter.position}</code>,{" "}
          {plural(letter.attempts, "attempt")}, <Time at={letter.created_at} />
        </p>
        {letter.stack && (
          <>
            <h3>Stack</h3>
            <pre tabIndex={0}>{letter.stack}</pre>
          </>
        )}
        <h3>Attributes</h3>
        <pre
          tabIndex={0}
        >{JSON.stringify(letter.message.attributes, null, 2)}</pre>
        <h3>Payload</h3>
        <pre tabIndex={0}>{pretty(letter.message.data)}</pre>
      </Card>
    </>
  );
});

/** JSON with its lines; anything else as it came. */
function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
