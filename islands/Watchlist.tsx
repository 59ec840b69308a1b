/** The watchlist, alive: new values as they come, symbols added and removed, scans on demand. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ScanResult } from "../engine/status.ts";
import { addedText } from "../pages/watchlist/outcome_text.ts";
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
  type CellUpdate,
  hasSymbol,
  type SignalStatus,
  type WatchlistData,
  withCell,
  withoutSymbol,
  withStatus,
} from "../pages/watchlist/data.ts";
import { focusHandle, moveUp, useMoves } from "../pages/watchlist/moves.ts";
import { type Notice, Notices, undoId } from "../pages/watchlist/Notices.tsx";
import { WatchTable } from "../pages/watchlist/WatchTable.tsx";

type Outcome = Parameters<typeof addedText>[0] & {
  choices: Parameters<typeof AddSymbol>[0]["choices"];
};

interface Props {
  data: WatchlistData;
  /** The outcome of a form that was sent without JavaScript. */
  notice: Notice | null;
  error: string | null;
  choices: Outcome["choices"];
  typed: string;
}

export default function Watchlist(props: Props) {
  const live = useLiveData(props.data);
  const commands = useCommands(live, props);
  const scans = useScans(commands.tell);
  useMoves(commands.move);
  const { columns, rows } = live.data.value;
  return (
    <>
      <div class="page-head">
        <h1>Watchlist</h1>
        <AddSymbol
          value={props.typed}
          error={commands.error}
          choices={commands.choices}
          list={props.data.list}
          busy={commands.adding}
          onAdd={commands.add}
        />
      </div>
      <ActorStrip
        columns={columns}
        scanning={scans.scanning}
        onScan={scans.scan}
      />
      <Notices
        connected={live.connected}
        notice={commands.notice}
        list={props.data.list}
        onUndo={commands.putBack}
        onClose={commands.close}
      />
      {rows.length === 0
        ? (
          <p class="blank">
            Nothing on the watchlist yet. Add a symbol above: its first prices
            come with the next scan.
          </p>
        )
        : (
          <WatchTable
            list={props.data.list}
            columns={columns}
            rows={rows}
            now={live.now}
            onRemove={commands.remove}
            onUp={(symbol) => moveUp(symbol, commands.move)}
          />
        )}
    </>
  );
}

/** The data, kept up to date by the event stream. */
function useLiveData(first: WatchlistData) {
  const data = useSignal(first);
  const connected = useSignal(true);
  const now = useSignal(Date.now());
  // What came by the stream: a page that was asked for before must not undo it.
  const told = useRef(new Map<string, CellUpdate>());
  // Those of other lists.
  const elsewhere = useRef(new Set<string>());
  const refresh = async () => {
    const path = `/?list=${first.list}`;
    const fetched = await request<WatchlistData>("GET", path);
    data.value = [...told.current.values()].reduce(withCell, fetched);
  };
  const refreshSoon = useSoon(() => refresh().catch(() => {}));
  const onLatest = (cell: CellUpdate) => {
    told.current.set(`${cell.signal} ${cell.symbol}`, cell);
    data.value = withCell(data.value, cell);
    // Somebody else has added it, or it is on another list.
    const { symbol } = cell;
    if (hasSymbol(data.value, symbol) || elsewhere.current.has(symbol)) return;
    elsewhere.current.add(symbol);
    refreshSoon();
  };
  const onStatus = (status: SignalStatus[]) =>
    data.value = withStatus(data.value, status);
  const onConnection = (up: boolean) => {
    // What came while nobody listened is not sent again: fetch it.
    if (up && !connected.value) refreshSoon();
    connected.value = up;
  };
  useEffect(() => {
    const on = { latest: onLatest, status: onStatus };
    return listen("/api/events?render=cell", { on, onConnection });
  }, []);
  useEvery(10_000, () => now.value = Date.now());
  return { data, connected: connected.value, now: now.value, refresh };
}

/** What can be done with a symbol, and what is said of it. */
function useCommands(
  { data, refresh }: ReturnType<typeof useLiveData>,
  props: Props,
) {
  const notice = useSignal(props.notice);
  const error = useSignal(props.error);
  const choices = useSignal(props.choices);
  const adding = useSignal(false);
  const query = `?list=${props.data.list}`;
  const tell = (text: string, undo: string | null = null, place?: number) =>
    notice.value = { text, undo, place };
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
      const path = `/api/watchlist${query}`;
      const body = { symbols: [text], search: true };
      const { outcomes: [outcome] } = await request<{ outcomes: [Outcome] }>(
        "POST",
        path,
        undefined,
        body,
      );
      if (outcome.symbol !== null) return addedText(outcome);
      error.value = outcome.reason;
      choices.value = outcome.choices;
      return null;
    });
  const putBack = (symbol: string, place?: number) =>
    adds(async () => {
      const path = `/api/watchlist/${encodeURIComponent(symbol)}${query}`;
      const { warning } = await request<{ warning?: string }>(
        "PUT",
        path,
        undefined,
        { place },
      );
      return warning ?? `${symbol} is on the watchlist.`;
    });
  const remove = async (symbol: string) => {
    try {
      const path = `/api/watchlist/${encodeURIComponent(symbol)}${query}`;
      await request("DELETE", path);
      const row = data.value.rows.find((row) => row.symbol === symbol);
      data.value = withoutSymbol(data.value, symbol);
      tell(`${symbol} was removed.`, symbol, row?.place);
      requestAnimationFrame(() => document.getElementById(undoId)?.focus());
    } catch (cause) {
      tell(`${symbol} was not removed: ${messageOf(cause)}`);
    }
  };
  const move = async (symbol: string, before: string | null) => {
    try {
      const path = `/api/watchlist/${encodeURIComponent(symbol)}${query}`;
      await request("PATCH", path, undefined, { before });
      await refresh();
      tell(`${symbol} ${before ? `stands before ${before}` : "is the last"}.`);
      requestAnimationFrame(() => focusHandle(symbol));
    } catch (cause) {
      tell(`${symbol} was not moved: ${messageOf(cause)}`);
    }
  };
  return {
    move,
    notice: notice.value,
    error: error.value,
    choices: choices.value,
    adding: adding.value,
    tell,
    add,
    putBack,
    remove,
    close: () => notice.value = null,
  };
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
