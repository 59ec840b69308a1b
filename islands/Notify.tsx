/** Tells of each firing by a notification of the browser, once the reader has allowed it. */
import { useEffect, useState } from "preact/hooks";
import { listen, request } from "../ui/client.ts";

interface Fired {
  readonly id: string;
  readonly symbol: string;
  readonly text: string;
}

export default function Notify() {
  const [permission, setPermission] = useState<string>("denied");
  useEffect(() => {
    if (!("Notification" in globalThis)) return;
    setPermission(Notification.permission);
  }, []);
  useEffect(() => permission === "granted" ? follow() : undefined, [
    permission,
  ]);
  if (permission !== "default") return null;
  const ask = async () => setPermission(await Notification.requestPermission());
  return (
    <p>
      <button type="button" class="button" onClick={ask}>
        Notify me in this browser
      </button>
    </p>
  );
}

/** What fired before is not told; what fires while the connection is away is told when it is back. */
function follow(): () => void {
  const told = new Set<string>();
  const look = async (tell: boolean) => {
    const { firings } = await request<{ firings: Fired[] }>(
      "GET",
      "/api/alerts/firings?limit=50",
    );
    for (const { id, symbol, text } of firings) {
      if (told.has(id)) continue;
      told.add(id);
      // The same tag in two windows is one notification.
      if (tell) new Notification(symbol, { body: text, tag: id });
    }
  };
  const first = look(false).catch(() => {});
  const next = () => void first.then(() => look(true)).catch(() => {});
  return listen("/api/events?signal=alerts", {
    on: { latest: next },
    onConnection: (up) => up && next(),
  });
}
