/** The watchlist, alive: new values as they come, symbols added and removed, scans on demand. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { CellUpdate, SignalStatus } from "../ui/feed.ts";
import { listen } from "../ui/live.ts";
import { messageOf, request } from "../ui/request.ts";
import { scanText } from "../ui/scan_text.ts";
import { AddSymbol } from "../pages/watchlist/AddSymbol.tsx";
import {
  hasSymbol,
  withCell,
  withoutSymbol,
  withStatus,
} from "../pages/watchlist/changes.ts";
import { type Notice, Notices } from "../pages/watchlist/Notices.tsx";
import { useSoon } from "../ui/use_soon.ts";
import { SignalStrip } from "../pages/watchlist/SignalStrip.tsx";
import { WatchTable } from "../pages/watchlist/WatchTable.tsx";
import type { WatchlistData } from "../pages/watchlist/data.ts";

interface Props {
  data: WatchlistData;
  /** The outcome of a form that was sent without JavaScript. */
  notice: Notice | null;
  error: string | null;
  typed: string;
}

export default function Watchlist(props: Props) {
  const data = useSignal(props.data);
  const connected = useSignal(true);
  const notice = useSignal(props.notice);
  const error = useSignal(props.error);
  const adding = useSignal(false);
  const scanning = useSignal<ReadonlySet<string>>(new Set());
  const now = useSignal(Date.now());
  const undo = useRef<HTMLButtonElement>(null);

  // What came by the stream: a page that was asked for before must not undo it.
  const told = useRef(new Map<string, CellUpdate>());
  const refresh = async () => {
    const fetched = await request("GET", "/") as WatchlistData;
    data.value = [...told.current.values()].reduce(withCell, fetched);
  };
  const refreshSoon = useSoon(() => refresh().catch(() => {}));
  const tell = (text: string, undoSymbol?: string) =>
    notice.value = { text, undo: undoSymbol ?? null };

  useEffect(() => {
    const tick = setInterval(() => now.value = Date.now(), 10_000);
    const stop = listen("/api/events?render=cell", {
      on: {
        latest(update) {
          const cell = update as CellUpdate;
          told.current.set(`${cell.signal} ${cell.symbol}`, cell);
          data.value = withCell(data.value, cell);
          // Somebody else has added it.
          if (!hasSymbol(data.value, cell.symbol)) refreshSoon();
        },
        status(status) {
          data.value = withStatus(data.value, status as SignalStatus[]);
        },
      },
      onConnection(up) {
        // What came while nobody listened is not sent again: fetch it.
        if (up && !connected.value) refreshSoon();
        connected.value = up;
      },
    });
    return () => {
      clearInterval(tick);
      stop();
    };
  }, []);

  const add = async (symbol: string): Promise<boolean> => {
    adding.value = true;
    error.value = null;
    try {
      const path = `/api/watchlist/${encodeURIComponent(symbol)}`;
      const answer = await request("PUT", path) as { warning?: string };
      await refresh();
      tell(answer.warning ?? `${symbol} is on the watchlist.`);
      return true;
    } catch (cause) {
      error.value = messageOf(cause);
      return false;
    } finally {
      adding.value = false;
    }
  };

  const remove = async (symbol: string) => {
    try {
      await request("DELETE", `/api/watchlist/${encodeURIComponent(symbol)}`);
      data.value = withoutSymbol(data.value, symbol);
      tell(`${symbol} was removed.`, symbol);
      requestAnimationFrame(() => undo.current?.focus());
    } catch (cause) {
      tell(`${symbol} was not removed: ${messageOf(cause)}`);
    }
  };

  const scan = async (signal: string) => {
    if (scanning.value.has(signal)) return;
    scanning.value = new Set([...scanning.value, signal]);
    try {
      const path = `/api/signals/${encodeURIComponent(signal)}/scan`;
      tell(scanText(await request("POST", path)));
    } catch (cause) {
      tell(`The scan failed: ${messageOf(cause)}`);
    }
    const rest = new Set(scanning.value);
    rest.delete(signal);
    scanning.value = rest;
  };

  return (
    <>
      <div class="page-head">
        <h1>Watchlist</h1>
        <AddSymbol
          value={props.typed}
          error={error.value}
          busy={adding.value}
          onAdd={add}
        />
      </div>
      <SignalStrip
        columns={data.value.columns}
        scanning={scanning.value}
        onScan={scan}
      />
      <Notices
        connected={connected.value}
        notice={notice.value}
        undoRef={undo}
        onUndo={add}
        onClose={() => notice.value = null}
      />
      {data.value.rows.length === 0
        ? (
          <p class="blank">
            Nothing on the watchlist yet. Add a symbol above: its first prices
            come with the next scan.
          </p>
        )
        : (
          <WatchTable
            columns={data.value.columns}
            rows={data.value.rows}
            now={now.value}
            onRemove={remove}
          />
        )}
    </>
  );
}
