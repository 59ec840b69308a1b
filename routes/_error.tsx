import { HttpError, type PageProps } from "fresh";
import { PageTitle } from "../ui/page.tsx";

export default function Failed({ error }: PageProps) {
  const refused = error instanceof HttpError && error.status < 500;
  if (refused) return <Refused why={error.message} />;
  return (
    <div class="blank">
      <PageTitle>Something went wrong</PageTitle>
      <h1>Something went wrong</h1>
      <p>
        This page could not be drawn; the log of the server says why. What is
        scanned and stored goes on without it.
      </p>
      <p>
        <a class="button" href="">Try again</a>
      </p>
    </div>
  );
}

/** What the reader sent was wrong, and nothing else. */
function Refused({ why }: { why: string }) {
  return (
    <div class="blank">
      <PageTitle>Refused</PageTitle>
      <h1>Refused</h1>
      <p>{why}</p>
      <p>
        <a class="button" href="">Try again</a>
      </p>
    </div>
  );
}
