/** The named lists. Number 1 is always there; what a symbol on any of them means is in watchlist.ts. */
import type { Sql } from "postgres";
import { cleanText } from "../market/market.ts";
import { isBadData } from "./errors.ts";

export interface List {
  readonly id: number;
  readonly name: string;
  /** How many symbols are on it. */
  readonly symbols: number;
}

/** What asks for no list means this one. */
export const defaultList = 1;

/** The longest name of a list, in UTF-16 units; a longer one is cut. */
const longestName = 60;

/** The most lists that there may be. */
export const mostLists = 100;

/** A list that is not there. */
export class NoListError extends Error {
  override readonly name = "NoListError";
  constructor(id: number) {
    super(`there is no list ${id}; GET /api/lists tells those that there are`);
  }
}

/** What cannot be done with a list; the message says why. */
export class ListRefusedError extends Error {
  override readonly name = "ListRefusedError";
}

export function createLists(sql: Sql) {
  return {
    /** In the order in which they were made. */
    async list(): Promise<List[]> {
      const rows = await sql<List[]>`
        select id, name, (
          select count(*)::integer from list_symbols where list_id = lists.id
        ) as symbols from lists order by id`;
      return [...rows];
    },
    /** @throws {ListRefusedError} if there is one of that name, or too many */
    async create(name: string): Promise<List> {
      const [made] = await naming(name, (text) =>
        sql<List[]>`
          insert into lists (name)
          select ${text} where (select count(*) from lists) < ${mostLists}
          returning id, name, 0 as symbols`);
      if (made) return made;
      const why = `there are ${mostLists} lists already: delete one first`;
      throw new ListRefusedError(why);
    },
    /** @throws {NoListError} @throws {ListRefusedError} if another one has that name */
    async rename(id: number, name: string): Promise<void> {
      const { count } = await naming(
        name,
        (text) => sql`update lists set name = ${text} where id = ${id}`,
      );
      if (count === 0) throw new NoListError(id);
    },
  };
}

async function naming<T>(
  name: string,
  write: (text: string) => PromiseLike<T>,
): Promise<T> {
  const text = cleanText(name, longestName);
  if (text === "") throw new ListRefusedError("a list needs a name");
  try {
    return await write(text);
  } catch (cause) {
    if (!isBadData(cause)) throw cause;
    const why = `there is a list named "${text}" already`;
    throw new ListRefusedError(why, { cause });
  }
}
