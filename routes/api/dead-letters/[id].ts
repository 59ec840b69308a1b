import { z } from "zod";
import {
  deadLetterId,
  deadLetterSchema,
} from "../../../api/dead_letter_fields.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";
import { ProblemError } from "../../../api/problem.ts";

const params = z.object({ id: deadLetterId });

export const handler = api({
  GET: endpoint({
    summary: "A dead letter with its whole message and stack",
    params,
    answers: { 200: deadLetterSchema },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    const letter = await services.deadLetters.get(id);
    if (!letter) throw gone(id);
    return reply(200, letter);
  }),

  DELETE: endpoint({
    summary: "Deletes a dead letter",
    params,
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    if (await services.deadLetters.remove([id]) === 0) throw gone(id);
    return reply(204, null);
  }),
});

function gone(id: string): ProblemError {
  return new ProblemError(
    "not-found",
    `There is no dead letter ${id}; it may have been redriven or deleted`,
  );
}
