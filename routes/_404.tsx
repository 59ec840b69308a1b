import type { PageProps } from "fresh";
import { PageTitle } from "../ui/PageTitle.tsx";

export default function NotFound({ url, error }: PageProps) {
  const why = error instanceof Error && error.message !== "Not Found"
    ? error.message
    : `There is nothing at ${url.pathname}.`;
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
