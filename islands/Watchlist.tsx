/**
 * The watchlist, alive: new values as they come, symbols added and removed, scans on demand. It draws
 * what stands above the table; the table is the server's, and kept up to date by live_table.ts.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ScanResult } from "../engine/status.ts";
import {
  listen,
  messageOf,
  request,
  scanText,
  useEvery,
  useSoon,
} from "../ui/client.ts";
import { ActorStrip } from "../pages/watchlist/ActorStrip.tsx";
import { AddSymbol } from "../pages/watchlist/AddSymbol.tsx";
import {
  addressOf,
  type CellUpdate,
  type SignalStatus,
  type Wanted,
  withStatus,
} from "../pages/watchlist/data.ts";
import { afterRow, useKeys } from "../pages/watchlist/keys.ts";
import { type LiveTable, openTable } from "../pages/watchlist/live_table.ts";
import { followHead, paintHead } from "../pages/watchlist/table_head.ts";
import { type Notice, Notices, undoId } from "../pages/watchlist/Notices.tsx";
import { Toolbar } from "../pages/watchlist/Toolbar.tsx";
import type { WatchlistData } from "../pages/watchlist/watchlist_page.ts";

interface Props {
  data: WatchlistData;
  /** The outcome of a form that was sent without JavaScript. */
  notice: Notice | null;
  error: string | null;
  typed: string;
}

export default function Watchlist(props: Props) {
  const live = useLiveTable(props.data);
  const commands = useCommands(live, props);
  const scans = useScans(commands.tell);
  useKeys({ remove: commands.removeNext, undo: commands.undo });
  useRemoveButtons(commands.remove);
  return (
    <>
      <div class="page-head">
        <h1>Watchlist</h1>
        <AddSymbol
          value={props.typed}
          error={commands.error}
          busy={commands.adding}
          onAdd={commands.add}
        />
      </div>
      <ActorStrip
        signals={live.signals}
        scanning={scans.scanning}
        onScan={scans.scan}
      />
      <Notices
        connected={live.connected}
        notice={commands.notice}
        onUndo={commands.putBack}
        onClose={commands.close}
      />
      <Toolbar
        wanted={live.wanted}
        summary={live.summary}
        count={live.count}
        onFilter={(filter) => live.want({ filter })}
      />
    </>
  );
}

/** The table below, kept up to date by the event stream, and what is said of all of it. */
function useLiveTable(first: WatchlistData) {
  const signals = useSignal(first.signals);
  const wanted = useSignal(first.wanted);
  const summary = useSignal(first.summary);
  const count = useSignal<{ shown: number; all: number } | null>(null);
  const connected = useSignal(true);
  const table = useRef<LiveTable | null>(null);
  const refresh = async () => await table.current?.refresh();
  const refreshSoon = useSoon(() => refresh().catch(() => {}));
  const want = (change: Partial<Wanted>) => {
    wanted.value = { ...wanted.value, page: 1, ...change };
    history.replaceState(null, "", addressOf(wanted.value));
    paintHead(wanted.value);
    table.current?.want(wanted.value);
  };
  const onLatest = (update: CellUpdate) => {
    if (table.current?.has(update.symbol)) table.current.push(update);
    else refreshSoon();
  };
  const onStatus = (status: SignalStatus[]) => {
    signals.value = withStatus(signals.value, status);
    table.current?.know(signals.value);
  };
  const onWatchlist = ({ symbols }: { symbols: string[] }) => {
    if (table.current?.symbols().join() !== symbols.join()) refreshSoon();
  };
  const onConnection = (up: boolean) => {
    // What came while nobody listened is not sent again: fetch it.
    if (up) refreshSoon();
    connected.value = up;
  };
  useEffect(() => {
    const element = document.getElementById("watch") as HTMLTableElement;
    table.current = openTable(element, first, {
      summary: (told) => summary.value = told,
      count: (shown, all) => count.value = { shown, all },
    });
    followHead(() => wanted.value.sort, (sort) => want({ sort }));
    const on = { latest: onLatest, status: onStatus, watchlist: onWatchlist };
    return listen("/api/events?render=cell", { on, onConnection });
  }, []);
  useEvery(10_000, () => table.current?.states());
  return {
    signals: signals.value,
    wanted: wanted.value,
    summary: summary.value,
    count: count.value,
    connected: connected.value,
    want,
    refresh,
    table,
  };
}

/** What can be done with a symbol, and what is said of it. */
function useCommands(
  { refresh, table }: ReturnType<typeof useLiveTable>,
  props: Props,
) {
  const notice = useSignal(props.notice);
  const error = useSignal(props.error);
  const adding = useSignal(false);
  /** The last one is brought back first. */
  const removed = useRef<string[]>([]);
  const tell = (text: string) =>
    notice.value = { text, undo: removed.current.at(-1) ?? null };
  const add = async (symbol: string): Promise<boolean> => {
    adding.value = true;
    error.value = null;
    try {
      const path = `/api/watchlist/${encodeURIComponent(symbol)}`;
      const { warning } = await request<{ warning?: string }>("PUT", path);
      removed.current = removed.current.filter((one) => one !== symbol);
      await refresh();
      tell(warning ?? `${symbol} is on the watchlist.`);
      return true;
    } catch (cause) {
      error.value = messageOf(cause);
      return false;
    } finally {
      adding.value = false;
    }
  };
  /** @param focus gets the focus that the row had; "Undo" unless told */
  const remove = async (symbol: string, focus?: HTMLElement | null) => {
    try {
      await request("DELETE", `/api/watchlist/${encodeURIComponent(symbol)}`);
      removed.current.push(symbol);
      tell(`${symbol} was removed.`);
      focus?.focus();
      table.current?.remove(symbol);
      if (!focus) {
        requestAnimationFrame(() => document.getElementById(undoId)?.focus());
      }
    } catch (cause) {
      tell(`${symbol} was not removed: ${messageOf(cause)}`);
    }
  };
  const putBack = async (symbol: string) => {
    if (await add(symbol)) table.current?.focus(symbol);
  };
  return {
    notice: notice.value,
    error: error.value,
    adding: adding.value,
    tell,
    add,
    putBack,
    remove: (symbol: string) => remove(symbol),
    removeNext: (symbol: string) => remove(symbol, afterRow(symbol)),
    undo() {
      const last = removed.current.at(-1);
      if (last !== undefined) putBack(last);
    },
    close() {
      notice.value = null;
      document.getElementById("main")?.focus();
    },
  };
}

/** The rows' own buttons, which send a form without JavaScript. */
function useRemoveButtons(remove: (symbol: string) => void): void {
  useEffect(() => {
    document.getElementById("rows")!.onsubmit = (event) => {
      event.preventDefault();
      remove((event.submitter as HTMLButtonElement).value);
    };
  }, []);
}

/** Which actors scan because they were asked to here. */
function useScans(tell: (text: string) => void) {
  const scanning = useSignal<readonly string[]>([]);
  const scan = async (actor: string) => {
    if (scanning.value.includes(actor)) return;
    scanning.value = [...scanning.value, actor];
    const path = `/api/signals/${encodeURIComponent(actor)}/scan`;
    tell(
      await request<ScanResult>("POST", path).then(
        scanText,
        (cause) => `The scan failed: ${messageOf(cause)}`,
      ),
    );
    scanning.value = scanning.value.filter((name) => name !== actor);
  };
  return { scanning: scanning.value, scan };
}
