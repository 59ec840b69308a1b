import { PageTitle } from "../ui/page.tsx";

export default function Failed() {
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
