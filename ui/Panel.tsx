/** A part of a page that islands/LivePanels.tsx may put anew. */
import type { LivePage, PageNotice } from "./live_page.ts";

interface Props {
  page: LivePage;
  name: string;
}

export function Panel({ page, name }: Props) {
  return <div data-panel={name}>{page.panels[name]}</div>;
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
