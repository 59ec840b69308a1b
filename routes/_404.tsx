import { page, type PageProps } from "fresh";
import { PageTitle } from "../ui/page.tsx";

/** Fresh answers with 200 unless told. */
export const handler = () => page(undefined, { status: 404 });

export default function NotFound({ url, error }: PageProps) {
  const why = error instanceof Error && error.message ||
    `There is nothing at ${url.pathname}.`;
  return (
    <div class="blank">
      <PageTitle>Not found</PageTitle>
      <h1>Not found</h1>
      <p>{why}</p>
      <p>
        <a class="button" href="/">Back to the watchlist</a>
      </p>
    </div>
  );
}
