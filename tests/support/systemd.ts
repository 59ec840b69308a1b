/** The socket at which systemd hears of a unit of `Type=notify`. */
import { newPath } from "./run_folder.ts";

/** Listens in a folder of its own, which goes with the test process. */
export async function listenAsSystemd() {
  const folder = await newPath();
  await Deno.mkdir(folder);
  const path = `${folder}/systemd`;
  const heard = Deno.listenDatagram({ transport: "unixpacket", path });
  return {
    /** As NOTIFY_SOCKET and RUNTIME_DIRECTORY name them. */
    socket: path,
    folder,
    /** What comes next. */
    async next(): Promise<string> {
      const [bytes] = await heard.receive();
      return new TextDecoder().decode(bytes);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(heard.close()),
  };
}
