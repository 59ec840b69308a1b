import { Head } from "fresh/runtime";

/** The document's title. */
export function PageTitle({ children }: { children: string }) {
  return (
    <Head>
      <title>{`${children} · Signalbox`}</title>
    </Head>
  );
}
