/**
 * The watchlist, alive: new values as they come, symbols added and removed, scans on demand. It draws
 * what stands above the table; the table is the server's, and kept up to date by live_table.ts.
 */
import { useKept } from "../ui/kept.ts";
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
import { focusHandle, moveUp, useMoves } from "../pages/watchlist/moves.ts";
import { addedText } from "../pages/watchlist/outcome_text.ts";
import { followHead, paintHead } from "../pages/watchlist/table_head.ts";
import { type Notice, Notices, undoId } from "../pages/watchlist/Notices.tsx";
import { Toolbar } from "../pages/watchlist/Toolbar.tsx";
import type { WatchlistData } from "../pages/watchlist/watchlist_page.ts";

type Outcome = Parameters<typeof addedText>[0] & {
  choices: Parameters<typeof AddSymbol>[0]["choices"];
};

interface Props {
  data: WatchlistData;
  /** The name of the list. */
  title: string;
  /** The outcome of a form that was sent without JavaScript. */
  notice: Notice | null;
  error: string | null;
  choices: Outcome["choices"];
  typed: string;
}

/** A symbol that was taken away, and where it stood. */
interface Removed {
  readonly symbol: string;
  readonly place: number | undefined;
}

export default function Watchlist(props: Props) {
  const live = useLiveTable(props.data);
  const commands = useCommands(live, props);
  const scans = useScans(commands.tell);
  useKeys({ remove: commands.removeNext, undo: commands.undo });
  useMoves(commands.move);
  useRowButtons({
    remove: commands.remove,
    up: (symbol) => moveUp(symbol, commands.move),
  });
  const { list } = props.data.wanted;
  return (
    <>
      <div class="page-head">
        <h1>{props.title}</h1>
        <AddSymbol
          value={props.typed}
          error={commands.error}
          choices={commands.choices}
          list={list}
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
        list={list}
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
  const signals = useKept(first.signals);
  const wanted = useKept(first.wanted);
  const summary = useKept(first.summary);
  const count = useKept<{ shown: number; all: number } | null>(null);
  const connected = useKept(true);
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
    // Of another list, or about to be told of by `watchlist`.
    if (table.current?.has(update.symbol)) table.current.push(update);
  };
  const onStatus = (status: SignalStatus[]) => {
    signals.value = withStatus(signals.value, status);
    table.current?.know(signals.value);
  };
  const onWatchlist = ({ lists }: { lists: Record<string, string[]> }) => {
    const symbols = lists[first.wanted.list] ?? [];
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
  { refresh, table, wanted }: ReturnType<typeof useLiveTable>,
  props: Props,
) {
  const notice = useKept(props.notice);
  const error = useKept(props.error);
  const choices = useKept(props.choices);
  const adding = useKept(false);
  /** The last one is brought back first. */
  const removed = useRef<Removed[]>([]);
  const query = `?list=${props.data.wanted.list}`;
  const path = (symbol: string) =>
    `/api/watchlist/${encodeURIComponent(symbol)}${query}`;
  const tell = (text: string) => {
    const last = removed.current.at(-1);
    notice.value = { text, undo: last?.symbol ?? null, place: last?.place };
  };
  const adds = async (work: () => Promise<string | null>): Promise<boolean> => {
    adding.value = true;
    error.value = null;
    choices.value = [];
    try {
      const done = await work();
      if (done === null) return false;
      await refresh();
      tell(done);
      return true;
    } catch (cause) {
      error.value = messageOf(cause);
      return false;
    } finally {
      adding.value = false;
    }
  };
  const add = (text: string) =>
    adds(async () => {
      const { outcomes: [outcome] } = await request<{ outcomes: [Outcome] }>(
        "POST",
        `/api/watchlist${query}`,
        undefined,
        { symbols: [text], search: true },
      );
      if (outcome.symbol !== null) return addedText(outcome);
      error.value = outcome.reason;
      choices.value = outcome.choices;
      return null;
    });
  const putBack = async (symbol: string, place?: number) => {
    const back = await adds(async () => {
      const body = { place };
      const { warning } = await request<{ warning?: string }>(
        "PUT",
        path(symbol),
        undefined,
        body,
      );
      removed.current = removed.current.filter((one) => one.symbol !== symbol);
      return warning ?? `${symbol} is on the watchlist.`;
    });
    if (back) table.current?.focus(symbol);
  };
  const move = async (symbol: string, before: string | null) => {
    if (wanted.sort) {
      return tell("Rows move in their own order: sort no column.");
    }
    try {
      await request("PATCH", path(symbol), undefined, { before });
      await refresh();
      tell(`${symbol} ${before ? `stands before ${before}` : "is the last"}.`);
      requestAnimationFrame(() => focusHandle(symbol));
    } catch (cause) {
      tell(`${symbol} was not moved: ${messageOf(cause)}`);
    }
  };
  /** @param next tells what gets the focus that the row had; "Undo" unless told */
  const remove = async (symbol: string, next?: typeof afterRow) => {
    try {
      const place = table.current?.placeOf(symbol);
      await request("DELETE", path(symbol));
      removed.current.push({ symbol, place });
      tell(`${symbol} was removed.`);
      // Looked for now: rows are drawn anew meanwhile.
      const focus = next?.(symbol);
      focus?.focus();
      table.current?.remove(symbol);
      if (!focus) {
        requestAnimationFrame(() => document.getElementById(undoId)?.focus());
      }
    } catch (cause) {
      tell(`${symbol} was not removed: ${messageOf(cause)}`);
    }
  };
  return {
    notice: notice.value,
    error: error.value,
    choices: choices.value,
    adding: adding.value,
    tell,
    add,
    putBack,
    move,
    remove: (symbol: string) => remove(symbol),
    removeNext: (symbol: string) => remove(symbol, afterRow),
    undo() {
      const last = removed.current.at(-1);
      if (last) putBack(last.symbol, last.place);
    },
    close() {
      notice.value = null;
      document.getElementById("main")?.focus();
    },
  };
}

/** The rows' own buttons, which send a form without JavaScript. */
function useRowButtons(
  act: Readonly<Record<string, (symbol: string) => void>>,
): void {
  useEffect(() => {
    document.getElementById("rows")!.onsubmit = (event) => {
      event.preventDefault();
      const { name, value } = event.submitter as HTMLButtonElement;
      act[name]?.(value);
    };
  }, []);
}

/** Which actors scan because they were asked to here. */
function useScans(tell: (text: string) => void) {
  const scanning = useKept<readonly string[]>([]);
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
