/** The statements of a handler as spans of their own; the client tells nobody when a statement ends. */
import type { Sql } from "postgres";
import { startSpan, tracing } from "./spans.ts";

/** What is used of a query of the client: `handler` is called once, when it is sent. */
interface Query extends Promise<unknown> {
  readonly tagged: boolean;
  readonly strings: readonly string[];
  handler: (query: Query) => unknown;
}

/** The same client, whose statements have spans; itself where none are exported. */
export function tracedSql(sql: Sql): Sql {
  return tracing ? traced(sql) : sql;
}

function traced<Client extends Sql>(sql: Client): Client {
  return new Proxy(sql, {
    apply(target, self, given) {
      const made = Reflect.apply(target, self, given);
      if (isQuery(made)) watch(made);
      return made;
    },
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "begin" && name !== "savepoint") return value;
      // Options, or a name, may come before the function that has the transaction.
      return (...given: unknown[]) => {
        const work = given.pop() as (tx: Sql) => unknown;
        return value(...given, (tx: Sql) => work(traced(tx)));
      };
    },
  });
}

/** False for the name of a table, a list of values and the like. */
function isQuery(made: unknown): made is Query {
  return made instanceof Promise && "handler" in made && "tagged" in made &&
    made.tagged === true;
}

/** A part of another statement is never sent by itself, and has no span. */
function watch(query: Query): void {
  const { handler } = query;
  query.handler = Object.assign((sent: Query) => {
    const text = query.strings.join("?").trim();
    const end = startSpan(summaryOf(text), {
      kind: "client",
      attributes: {
        "db.system.name": "postgresql",
        "db.query.text": text.replace(/\s+/g, " ").slice(0, 2_000),
      },
    });
    // Not by `then` of the query, which would send it.
    Promise.prototype.then.call(query, () => end(), end);
    return handler(sent);
  }, handler);
}

/** What a statement does, and to which table: `insert quotes`. */
function summaryOf(text: string): string {
  const [verb = "sql"] = /^\w+/.exec(text.toLowerCase()) ?? [];
  const writes = /\b(insert) into "?(\w+)|\b(delete) from "?(\w+)/i;
  const found = verb === "with" ? writes.exec(text.replace(/\s+/g, " ")) : null;
  const [, insert, into, remove, from] = found ?? [];
  if (insert || remove) {
    return `${insert ?? remove} ${into ?? from}`.toLowerCase();
  }
  const [, table = ""] = /\b(?:into|update|from)\s+"?([a-z]\w*)/i.exec(text) ??
    [];
  return `${verb} ${table}`.trim();
}
