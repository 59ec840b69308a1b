/** Installs a peer where it is not yet, below the project's data folder. */
import { makeWhole } from "../../../dev/folder.ts";
import { run } from "../../../dev/command.ts";
import { cacheFolder } from "../../support/servers.ts";
import { type Peer, sourceOf } from "./peers.ts";

/** Resolves to its folder; rejects with what is missing, in one sentence. */
export async function installed(peer: Peer): Promise<string> {
  const { command: [program, ...args], what } = peer.needs;
  if (!(await run(program!, args)).ok) throw new Error(`needs ${what}`);
  const source = sourceOf(peer);
  // Whatever changes there makes another one.
  const folder = `${await cacheFolder()}/peers/${peer.name}-${await hash(
    source,
  )}`;
  const there = await Deno.stat(folder).then(() => true, () => false);
  if (there) return folder;
  console.log(`Fetching ${peer.fetches}, once …`);
  await makeWhole(folder, async (partial) => {
    await Deno.mkdir(partial, { recursive: true });
    await peer.install(source, partial);
  });
  return folder;
}

async function hash(folder: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(folder)))
    .map(({ name }) => name).sort();
  const texts = await Promise.all(
    names.map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  const bytes = new TextEncoder().encode(texts.join("\0"));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex().slice(0, 10);
}
