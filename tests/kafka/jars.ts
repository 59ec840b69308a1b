/** Fetches Apache Kafka's jars through Maven, once, into the project's data folder. */
import { fileURLToPath } from "node:url";

const pom = fileURLToPath(new URL("pom.xml", import.meta.url));

/** The folder of jars; fetched on the first call. Needs `java` (17 or newer) and `mvn` on PATH. */
export async function kafkaJars(): Promise<string> {
  await requireTool("java", "-version", "openjdk-17-jre-headless");
  const path = `../../.data/kafka/lib-${await pinnedVersion()}`;
  const folder = fileURLToPath(new URL(path, import.meta.url));
  if (await exists(folder)) return folder;
  await requireTool("mvn", "-version", "maven");
  console.error("Fetching Apache Kafka's jars (43 MB, once) …");
  const started = performance.now();
  const partial = `${folder}.${crypto.randomUUID().slice(0, 8)}`;
  await copyDependencies(partial);
  // Renamed only when complete; if another run was faster, its folder is as good as this one.
  await Deno.rename(partial, folder).catch(() =>
    Deno.remove(partial, { recursive: true })
  );
  console.error(
    `Fetched in ${((performance.now() - started) / 1000).toFixed(1)} s.`,
  );
  return folder;
}

async function copyDependencies(outputDirectory: string): Promise<void> {
  const { success } = await new Deno.Command("mvn", {
    args: [
      "-q",
      "-B",
      "-f",
      pom,
      "dependency:copy-dependencies",
      "-DincludeScope=runtime",
      `-DoutputDirectory=${outputDirectory}`,
    ],
    stdin: "null",
  }).output();
  if (!success) {
    throw new Error(
      "mvn could not fetch Kafka's jars: its output is above; check the network and Maven's settings",
    );
  }
}

async function pinnedVersion(): Promise<string> {
  const text = await Deno.readTextFile(pom);
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(text)?.[1];
  if (!version) throw new Error("tests/kafka/pom.xml names no kafka.version");
  return version;
}

/** Says which package has a program that is not there. */
export async function requireTool(
  name: string,
  argument: string,
  debianPackage: string,
): Promise<void> {
  try {
    const { success } = await new Deno.Command(name, {
      args: [argument],
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  throw new Error(
    `the Kafka tests need ${name} on PATH: install it, for instance with "apt install ${debianPackage}"`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
