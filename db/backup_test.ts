import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { testDatabase } from "../tests/support/servers.ts";
import { writeBackup } from "./backup.ts";
import { BackupReader } from "./backup_file.ts";
import { connectDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";
import { readBackup, readHeader } from "./restore.ts";
import { readScopes, type Scopes } from "./schema_objects.ts";

const root = new URL("../", import.meta.url);
const all = await readScopes(root, ["alerts", "news", "quotes"]);

/** As the release before had them. */
const older: Scopes = new Map([
  ["core", all.get("core")!.slice(0, 6)],
  ["quotes", all.get("quotes")!.slice(0, 1)],
]);

async function withDatabases(
  count: number,
  run: (...databases: Sql[]) => Promise<void>,
): Promise<void> {
  const made = await Promise.all([...Array(count)].map(() => testDatabase()));
  const open = made.map(({ url }) => connectDatabase(url, { name: "test" }));
  try {
    await run(...open);
  } finally {
    await Promise.all(open.map((sql) => sql.end()));
    await Promise.all(made.map((each) => each.drop()));
  }
}

/** Applies the files of those scopes alone. */
async function make(sql: Sql, scopes: Scopes): Promise<void> {
  for (const [scope, files] of scopes) {
    const dir = await Deno.makeTempDir();
    for (const { name, text } of files) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    await migrate(sql, scope, new URL(`file://${dir}/`));
    await Deno.remove(dir, { recursive: true });
  }
}

async function backedUp(sql: Sql, scopes: Scopes): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await writeBackup(sql, {
    application: "9.9.9",
    scopes,
    onRows: () => {},
    onRemark: () => {},
    // COPY may use its memory again.
    write: (bytes) => Promise.resolve(void parts.push(bytes.slice())),
  });
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

async function restored(
  sql: Sql,
  text: Uint8Array,
  { scopes = all, replace = false, pieces = 50 } = {},
) {
  const parts = [];
  for (let at = 0; at < text.length; at += pieces) {
    parts.push(text.slice(at, at + pieces));
  }
  const file = ReadableStream.from(parts)
    .pipeThrough(new CompressionStream("gzip"));
  const reader = new BackupReader(file);
  try {
    const header = await readHeader(reader);
    return await readBackup(sql, header, reader, {
      ...{ scopes, replace, onRows: () => {} },
      beforeCommit: () => Promise.resolve(),
    });
  } finally {
    await reader.cancel();
  }
}

const hostile = [
  "\\.",
  "\\.\n",
  "a\tb\r\n\\N",
  "\\\\.\n\\.",
  "Ä 🙂 \u2028",
  "",
];

Deno.test("any text comes back as it was, numbers go on, and nothing else is there", () =>
  withDatabases(2, async (from, to) => {
    await make(from, all);
    for (const text of hostile) {
      await from`
        insert into news (id, at, headline, source, summary)
        values (${hostile.indexOf(text)}, now(), ${text}, ${text}, ${text})`;
    }
    await from`insert into alerts (symbol, rule) values ('*', '{"a":"\\\\."}'), ('X', '{}')`;
    await from`delete from alerts where symbol = 'X'`;
    await from`
      insert into alert_firings (alert_id, symbol, at, value, text, rule, event_id, channels)
      values (1, 'IBM', now(), '1', '', '{}', 'e', array['a,"b"', null])`;
    await from`
      insert into alert_prices (symbol, at, price)
      select 'S' || n, now(), n from generate_series(1, 20000) as n`;
    const text = await backedUp(from, all);
    for (const pieces of [1_000_000, 1_009]) {
      const rows = await restored(to, text, { pieces, replace: true });
      assert.deepEqual([rows.news, rows.alerts, rows.lists], [6, 1, 1]);
      assert.equal(rows.alert_prices, 20_000);
    }
    const news = (sql: Sql) => sql`select * from news order by id`;
    assert.deepEqual([...await news(to)], [...await news(from)]);
    const firings = (sql: Sql) => sql`select * from alert_firings`;
    assert.deepEqual([...await firings(to)], [...await firings(from)]);
    const [next] = await to`
      insert into alerts (symbol, rule) values ('*', '{}') returning id`;
    assert.equal(next!.id, 3, "a number is never given twice");
    const [same] = await to`
      select (select id from deployment) = ${
      (await from`select id from deployment`)[0]!.id
    } as same`;
    assert.ok(same!.same);
  }));

Deno.test("a backup of an older release is restored as it was, and the next start migrates it", () =>
  withDatabases(2, async (from, to) => {
    await make(from, older);
    await from`
      insert into quotes (symbol, at, price, high, low, open, previous_close)
      values ('IBM', now(), 1, 1, 1, 1, 1)`;
    await from`insert into watchlist (symbol) values ('IBM')`;
    await make(to, all);
    await restored(to, await backedUp(from, older), { replace: true });
    const columns = async () =>
      (await to`select * from quotes`).columns.map(({ name }) => name);
    assert.ok(!(await columns()).includes("told_at"));
    await make(to, all);
    assert.ok((await columns()).includes("told_at"));
    // What a migration makes of the rows, it makes of the restored ones.
    assert.equal((await to`select * from list_symbols`)[0]!.symbol, "IBM");
  }));

Deno.test("what is of a newer release is refused, whichever side it is on", () =>
  withDatabases(2, async (newer, old) => {
    await make(newer, all);
    await make(old, older);
    const newBackup = await backedUp(newer, all);
    const oldBackup = await backedUp(old, older);
    const none = new Map([["core", all.get("core")!]]);
    const refused = async (work: Promise<unknown>, why: RegExp) => {
      await assert.rejects(work, { name: "NewerSchemaError", message: why });
    };
    await refused(
      restored(old, newBackup, { scopes: none, replace: true }),
      /made by Signalbox 9\.9\.9, holds the signal alerts, and actors\/alerts\/ is not here/,
    );
    const scopes = new Map([...all, ...older]);
    await refused(
      restored(old, newBackup, { scopes, replace: true }),
      /the backup, .* of a newer release .*: core\/0007_\S+ is not in this one/,
    );
    await refused(
      restored(newer, oldBackup, { scopes, replace: true }),
      /^this database is of a newer release/,
    );
    await refused(backedUp(newer, scopes), /^this database is of a newer/);
    assert.equal((await newer`select * from lists`).length, 1, "as it was");
  }));

Deno.test("nothing is lost by a restore that is refused or fails", () =>
  withDatabases(2, async (from, to) => {
    await make(from, all);
    await make(to, all);
    await to`insert into watchlist (symbol) values ('KEPT')`;
    const text = await backedUp(from, all);
    await assert.rejects(restored(to, text), {
      name: "RestoreRefusedError",
      message: /not empty.*--replace/,
    });
    const cut = text.slice(0, text.length - 100);
    const at = new TextDecoder().decode(text).indexOf('{"table":"deployment"');
    const amid = text.slice(0, at + 70);
    const other = new TextDecoder().decode(text)
      .replace('"watchlist_seed":0', '"watchlist_seed":7');
    for (
      const [bytes, why] of [
        [cut, /the backup ends too early/],
        [amid, /the backup ends too early/],
        [new TextEncoder().encode("hello\n"), /not a backup/],
        [new TextEncoder().encode(other), /7 rows of watchlist_seed were/],
      ] as const
    ) {
      await assert.rejects(restored(to, bytes, { replace: true }), {
        name: "BackupFileError",
        message: why,
      });
    }
    assert.equal((await to`select * from watchlist`)[0]!.symbol, "KEPT");
    const wrong = new TextDecoder().decode(text)
      .replace(
        '{"table":"watchlist_seed","columns":["only_row","seeded_at"]}\n',
        "$&f\tx\n",
      );
    const bytes = new TextEncoder().encode(wrong);
    await assert.rejects(restored(to, bytes, { replace: true }), /timestamp/);
    assert.equal((await to`select * from watchlist`)[0]!.symbol, "KEPT");
  }));
