/**
 * Pages that keep themselves up to date without code of their own in the browser: the server draws
 * their panels, and islands/LivePanels.tsx fetches them again and puts them in place.
 */
import { page, type PageResponse } from "fresh";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { wantsJson } from "./wants_json.ts";

/** What became of a form that was sent. */
export interface PageNotice {
  readonly text: string;
  readonly bad: boolean;
}

export interface LivePage {
  /** By the name that the page's `<Panel>` carries. */
  readonly panels: Readonly<Record<string, VNode>>;
  readonly notice: PageNotice | null;
}

/** The JSON that the island gets. */
export interface LiveAnswer {
  readonly panels: Readonly<Record<string, string>>;
  readonly notice: PageNotice | null;
}

/** Answers with the page, or with its panels alone if the island asks. */
export function answerLive<Data extends LivePage>(
  request: Request,
  data: Data,
  status = 200,
): Response | PageResponse<Data> {
  const headers = { vary: "accept", "cache-control": "no-store" };
  if (!wantsJson(request)) return page(data, { status, headers });
  const panels = Object.entries(data.panels).map((
    [name, panel],
  ) => [name, renderToString(panel)]);
  const answer = { panels: Object.fromEntries(panels), notice: data.notice };
  return Response.json(answer, { status, headers });
}
