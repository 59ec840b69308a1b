/** `deno task ctl`: asks and commands a running Signalbox over its HTTP API. */
import { readClientConfig } from "../config.ts";
import { actorCommands } from "./actors.ts";
import { alertCommands } from "./alerts.ts";
import { connectApi, ProblemError, UnreachableError } from "./api.ts";
import { type Commands, readLine, readName, UsageError } from "./command.ts";
import { completionOf } from "./completion.ts";
import { deadLetterCommands } from "./dead_letters.ts";
import { backup } from "./backup.ts";
import { doctor } from "./doctor.ts";
import { events } from "./events.ts";
import { helpOf, overview } from "./help.ts";
import { historyCommands } from "./history.ts";
import { migrate } from "./migrate.ts";
import { guess } from "./nearest.ts";
import { newActor } from "./new_actor.ts";
import { relativeTime } from "./times.ts";
import { watch } from "./watch.ts";
import { watchlistCommands } from "./watchlist.ts";
import { restore } from "./restore.ts";
import { roles } from "./roles.ts";
import project from "../deno.json" with { type: "json" };

const commands: Commands = {
  watch,
  ...watchlistCommands,
  ...actorCommands,
  ...historyCommands,
  events,
  ...deadLetterCommands,
  ...alertCommands,
  doctor,
  new: newActor,
  migrate,
  roles,
  backup,
  restore,
  completion: completionOf(() => commands),
};

/** What a script can rely on: done, failed or unhealthy, wrong usage, nobody there. */
const exitCodes = { done: 0, failed: 1, usage: 2, unreachable: 3 };

async function run(args: string[]): Promise<number> {
  const { name, word, help, version } = readName(args, commands);
  if (version && name === undefined) {
    console.log(versionText());
    return exitCodes.done;
  }
  if (name === undefined || name === "help") {
    console.log(word ? helpOf(word, known(word)) : overview(commands));
    return name || help ? exitCodes.done : exitCodes.usage;
  }
  const command = known(name);
  if (help) {
    console.log(helpOf(name, command));
    return exitCodes.done;
  }
  if (!command.writes) Deno.permissions.revokeSync({ name: "write" });
  const { words, flags, json, url, utc = false } = readLine(
    args,
    name,
    command,
  );
  const env = Deno.env.toObject();
  const client = readClientConfig(env);
  const healthy = await command.run(words, {
    api: connectApi(url ?? client.url, client.token),
    env,
    flags,
    clock: { now: Date.now(), utc },
    time: (iso) =>
      iso === null || utc
        ? iso
        : relativeTime(iso, Date.now()) as NonNullable<typeof iso>,
    answer: (value, text) =>
      console.log(json ? JSON.stringify(value, null, 2) : text),
    note: (text) => console.error(text),
  });
  return healthy === false ? exitCodes.failed : exitCodes.done;
}

const versionText = () =>
  `signalbox ${project.version} (deno ${Deno.version.deno})`;

function known(name: string) {
  const command = Object.hasOwn(commands, name) && commands[name];
  if (command) return command;
  const names = Object.keys(commands);
  throw new UsageError(`there is no command "${name}"${guess(name, names)}`);
}

if (import.meta.main) {
  try {
    // `deno task ctl -- status` hands its dashes on.
    Deno.exit(await run(Deno.args.filter((arg) => arg !== "--")));
  } catch (error) {
    console.error(`ctl: ${messageOf(error)}`);
    if (error instanceof UsageError) console.error("Try: deno task ctl help");
    Deno.exit(codeOf(error));
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ProblemError)) return message;
  // The API lists what there is.
  const [, word, names] = /"(.+?)"; there are: (.*)$/.exec(message) ?? [];
  return word ? message + guess(word, names!.split(", ")) : message;
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const away = error instanceof UnreachableError ||
    error instanceof ProblemError && error.status === 503;
  return away ? exitCodes.unreachable : exitCodes.failed;
}
