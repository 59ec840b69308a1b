import assert from "node:assert/strict";
import { ownTables, tablesIn } from "./own_tables.ts";

Deno.test("the tables that schema files make are found, and no others", () => {
  const sql = `
    -- create table in_a_comment (a text);
    /* create table in_another (a text); */
    create table plain (note text default 'create table in_a_text (');
    CREATE UNLOGGED TABLE IF NOT EXISTS Loud (a text);
    create table public.named (a text references watchlist);
    create table "Quoted ""one""" (a text);
    create or replace view shown as select * from plain;
    create index plain_a on plain (note);
    alter table plain rename column note to other;
    alter table named rename to renamed;
    insert into quotes select * from plain;`;
  assert.deepEqual(
    tablesIn(sql),
    ["plain", "loud", "named", 'Quoted "one"', "shown", "renamed"],
  );
});

Deno.test("an actor's own tables are those of its folder", async () => {
  const dir = new URL("../actors/news/", import.meta.url);
  const tables = await ownTables("news", dir);
  assert.deepEqual(tables.slice(0, 2), ["news", "news_symbols"]);
  assert.ok(tables.every((table) => table.startsWith("news")), String(tables));
});
