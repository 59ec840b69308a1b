/** `deno task dev`: everything that Signalbox needs, from one command. */
import { fileURLToPath } from "node:url";
import { ConfigError, readDevConfig } from "../config.ts";
import { taskCommand } from "./command.ts";
import { develop, type Signals } from "./develop.ts";
import { SetupError } from "./folder.ts";

const help = `deno task dev: starts Signalbox with all that it needs.

Without DATABASE_URL it starts a private PostgreSQL, without REDIS_URL a private
Redis. Their data stay in DATA_DIR (.data) from one start to the next; removing
that folder while nothing runs starts afresh.

Ctrl+C lets the application finish what it has in hand, then stops the servers;
a second Ctrl+C does not wait.

Options:
  --help   show this text
`;

const project = new URL("..", import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    return 0;
  }
  const unknown = args.find((arg) => arg !== "--");
  if (unknown) {
    throw new SetupError(`There is no option ${unknown}; try --help.`);
  }
  Deno.chdir(project);
  const { dataDir, missing } = readDevConfig(Deno.env.toObject());
  return await develop({
    dataDir,
    // With its folder on the command line, by which one left running is known as ours.
    command: taskCommand("start")
      .with(-1, fileURLToPath(new URL("main.ts", project))),
    missing,
    say: (message) => console.error(`dev: ${message}`),
    signals: listen(),
  });
}

/**
 * Ctrl+C, `kill` and a closed terminal. One Ctrl+C may come twice, from the terminal and forwarded by
 * `deno task`: what follows within half a second is the same one. The third one ends us at once.
 */
function listen(): Signals {
  const [first, second] = [new AbortController(), new AbortController()];
  let last = 0;
  const heard = () => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    if (second.signal.aborted) Deno.exit(130);
    (first.signal.aborted ? second : first).abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, heard);
  }
  return { first: first.signal, second: second.signal };
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const expected = error instanceof SetupError ||
      error instanceof ConfigError;
    console.error(expected ? error.message : error);
    Deno.exit(1);
  }
}
