/**
 * What stands around a page's content. A live page keeps itself up to date without code of its own in
 * the browser: the server draws its panels, and islands/LivePanels.tsx fetches them again and puts them
 * in place.
 */
import { page, type PageResponse } from "fresh";
import { Head } from "fresh/runtime";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/** What became of a form that was sent. */
export interface PageNotice {
  readonly text: string;
  /** True if it could not be done. */
  readonly bad?: boolean;
}

export interface LivePage {
  /** By name; in this order on the page. */
  readonly panels: Readonly<Record<string, VNode>>;
  readonly notice: PageNotice | null;
}

/** The JSON that the island gets. */
export interface LiveAnswer extends Pick<LivePage, "notice"> {
  readonly panels: Readonly<Record<string, string>>;
}

/** The answer depends on who asks, and on now: a browser may keep it, and has to ask whether it still holds. */
export const liveHeaders = {
  vary: "accept, accept-language",
  "cache-control": "private, no-cache",
};

/** True if an island asks for the data of its page instead of the page. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** Answers with the page, or with its panels alone if the island asks. */
export function answerLive<Data extends LivePage>(
  request: Request,
  data: Data,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response | PageResponse<Data> {
  const init = { status, headers: { ...liveHeaders, ...headers } };
  if (!wantsJson(request)) return page(data, init);
  const panels = Object.entries(data.panels).map(([name, panel]) =>
    [name, renderToString(panel)] as const
  );
  const answer: LiveAnswer = {
    panels: Object.fromEntries(panels),
    notice: data.notice,
  };
  return Response.json(answer, init);
}

/** Parts of a page that the island may put anew: all of them, unless told. */
export function Panels({ page, of }: { page: LivePage; of?: string[] }) {
  const names = of ?? Object.keys(page.panels);
  return names.map((name) => (
    <div key={name} data-panel={name}>{page.panels[name]}</div>
  ));
}

/** Where the page says what became of a form; the island says it here as well. */
export function NoticePlace({ notice }: { notice: PageNotice | null }) {
  return (
    <div class="notices" role="status" data-notice>
      {notice && (
        <p class={notice.bad ? "notice bad" : "notice"}>{notice.text}</p>
      )}
    </div>
  );
}

/** The document's title. */
export function PageTitle({ children }: { children: string }) {
  return (
    <Head>
      <title>{`${children} · Signalbox`}</title>
    </Head>
  );
}
