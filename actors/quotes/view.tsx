import type { PanelProps, View } from "../../ui/view.ts";
import { columns } from "./columns.tsx";
import { PricePanel } from "./panel.tsx";
import { newestShown, type Row } from "./price_tables.tsx";

export default {
  order: 10,
  recent: 48,
  heading: "Price",
  columns,
  staleAfterMs: 20 * 60_000,
  ranged: true,
  whole: newestShown,

  panel(props: PanelProps<Row>) {
    return <PricePanel {...props} />;
  },
} satisfies View;
