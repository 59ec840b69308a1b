/** `ctl restore`: the way back from what `ctl backup` has written. */
import { readServerUrls } from "../config.ts";
import { settleAlerts } from "../db/alerts.ts";
import { BackupReader, type Header } from "../db/backup_file.ts";
import { connectDatabase } from "../db/client.ts";
import { readBackup, readHeader, RestoreRefusedError } from "../db/restore.ts";
import { readScopes } from "../db/schema_objects.ts";
import { actorFolders } from "../engine/discovery.ts";
import { createProgress, databaseOf, root, sum } from "./backup.ts";
import { command, UsageError } from "./command.ts";
import { fileIn } from "./place.ts";
import { lookAtStreams, type RestoredStreams } from "./streams_of_restore.ts";

export const restore = command({
  words: "<file>",
  flags: {
    replace: {
      type: "boolean",
      help: "What Signalbox has in the database now is lost.",
    },
  },
  summary: "Reads a backup into the empty database of DATABASE_URL.",
  details:
    `Stop Signalbox on every host first. All of it is restored, or nothing is changed. A backup of an older
release is brought up to date by the next start; one of a newer release is refused. With REDIS_URL (and
BROKER_URL, if that is another Redis) streams are read on from where they stand, and no alert fires a
second time for what it was told between the backup and now; "ctl replay" brings back the rows of that
time. "-" is the standard input.`,
  async run([file], { env, flags, answer, note }) {
    const sql = connectDatabase(databaseOf(env, "restore"), {
      max: 1,
      name: "ctl",
    });
    const reader = new BackupReader(await openSource(fileIn(env, file)));
    let streams: readonly RestoredStreams[] = [];
    try {
      const header = await readHeader(reader);
      const names = await actorFolders(new URL("actors/", root));
      streams = await streamsOf(env, names, header, note);
      const rows = await readBackup(sql, header, reader, {
        scopes: await readScopes(root, names),
        replace: flags.replace === true,
        onRows: createProgress("restored", note),
        async beforeCommit(tx, replaced) {
          refuseForeign(streams, header, replaced);
          // Before the commit: looking again at what is known already changes nothing.
          for (const { consumedTo, rewind } of streams) {
            if (!consumedTo) continue;
            await rewind();
            await settleAlerts(tx, consumedTo);
          }
        },
      });
      for (const { owner, mark } of streams) {
        if (owner) await mark(header.deployment);
      }
      await sql`analyze`;
      const { made_at, application } = header;
      answer({ made_at, application, rows }, restoredText(header, rows));
    } finally {
      await reader.cancel();
      await sql.end({ timeout: 1 });
      await Promise.all(streams.map((each) => each.close()));
    }
  },
});

async function openSource(file: string) {
  if (file === "-") return Deno.stdin.readable;
  try {
    return (await Deno.open(file)).readable;
  } catch (cause) {
    throw new UsageError(
      `${file} cannot be read (${(cause as Error).message})`,
      { cause },
    );
  }
}

/** Of each Redis that the environment names. */
async function streamsOf(
  env: Record<string, string>,
  topics: readonly string[],
  { made_at }: Header,
  note: (text: string) => void,
): Promise<RestoredStreams[]> {
  const { redisUrl, brokerUrl = redisUrl, redisPrefix } = readServerUrls(env);
  if (!brokerUrl?.startsWith("redis")) {
    note(
      "No Redis with streams is named here (REDIS_URL, BROKER_URL): an alert that fired since the " +
        "backup may fire again",
    );
  }
  const urls = [redisUrl, brokerUrl].filter((url) => url?.startsWith("redis"));
  const opened: RestoredStreams[] = [];
  for (const url of new Set(urls)) {
    const madeAt = new Date(made_at);
    opened.push(await lookAtStreams(url!, redisPrefix, topics, madeAt));
  }
  return opened;
}

/** The one that this restore replaces is gone; its Redis is taken over. */
function refuseForeign(
  streams: readonly RestoredStreams[],
  { deployment }: Header,
  replaced: string | null,
): void {
  for (const { owner } of streams) {
    if (owner === null || owner === deployment || owner === replaced) continue;
    throw new RestoreRefusedError(
      "REDIS_URL: this Redis belongs to another deployment than the backup: name the one that the " +
        "backup's deployment used, an empty one, or a REDIS_PREFIX of its own",
    );
  }
}

function restoredText(
  { made_at, application }: Header,
  rows: Readonly<Record<string, number>>,
): string {
  return `${
    sum(rows)
  } rows restored, as of ${made_at} (Signalbox ${application}).
Start Signalbox: it reads its streams on from where they stand, and sets the latest values from the history.
What was handled after the backup is in no row. Once it runs, bring back what a stream still holds:
  deno task ctl replay <signal> --from ${made_at}`;
}
