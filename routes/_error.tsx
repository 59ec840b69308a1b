import { HttpError, type PageProps } from "fresh";
import { PageTitle } from "../ui/page.tsx";

export default function Failed({ error }: PageProps) {
  const refused = error instanceof HttpError && error.status < 500;
  if (refused) return <Refused title="Refused" why={error.message} />;
  if (error instanceof HttpError && error.status === 503) {
    return <Refused title="Not now" why={error.message} />;
  }
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

/** What the reader sent was wrong, or a server is away, and nothing else. */
function Refused({ title, why }: { title: string; why: string }) {
  return (
    <div class="blank">
      <PageTitle>{title}</PageTitle>
      <h1>{title}</h1>
      <p>{why}</p>
      <p>
        <a class="button" href="">Try again</a>
      </p>
    </div>
  );
}
