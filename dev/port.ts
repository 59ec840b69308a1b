/** Ports on the loopback interface that stay the same from start to start. */

/** The wanted port; else the remembered one if it is still free; else a free one, remembered in `file`. */
export async function choosePort(
  file: string,
  wanted?: number,
): Promise<number> {
  const port = wanted ?? await remembered(file) ?? freePort();
  await Deno.writeTextFile(file, `${port}\n`);
  return port;
}

/** A free port below those that systems give to outgoing connections, which could take it meanwhile. */
export function freePort(): number {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (isFree(port)) return port;
  }
}

async function remembered(file: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const port = Number.parseInt(text);
  return port > 0 && isFree(port) ? port : undefined;
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
