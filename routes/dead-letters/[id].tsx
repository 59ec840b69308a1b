import { HttpError, page } from "fresh";
import { PageTitle } from "../../ui/PageTitle.tsx";
import { plural } from "../../ui/numbers.ts";
import { Time } from "../../ui/Time.tsx";
import { define } from "../../pages/define.ts";
import { pathText } from "../../pages/path_text.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const id = pathText(ctx.params.id);
    const letter = await ctx.state.services.deadLetters.get(id);
    if (letter) return page({ letter });
    throw new HttpError(
      404,
      `There is no dead letter ${id}: it was redriven or deleted.`,
    );
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
      <section class="card">
        <header class="card-head">
          <h2>
            <span class="badge bad">✕ {letter.reason}</span>
          </h2>
          <form class="buttons" method="post" action="/dead-letters">
            <input type="hidden" name="id" value={letter.id} />
            <button type="submit" class="button" name="intent" value="redrive">
              Redrive
            </button>
            <button
              type="submit"
              class="button danger"
              name="intent"
              value="delete"
            >
              Delete
            </button>
          </form>
        </header>
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
      </section>
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
