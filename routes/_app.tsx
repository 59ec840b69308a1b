import type { PageProps } from "fresh";
import { asset } from "fresh/runtime";
import Health from "../islands/Health.tsx";
import Times from "../islands/Times.tsx";
import { locale } from "../ui/locale.ts";
import type { State } from "../pages/define.ts";

/** In this order: later ones refine earlier ones. */
const styles = ["base", "parts", "watchlist", "lists", "pages", "devices"];

const links = [
  ["/", "Watchlist"],
  ["/alerts", "Alerts"],
  ["/actors", "System"],
  ["/dead-letters", "Dead letters"],
] as const;

export default async function App(
  { Component, state }: PageProps<unknown, State>,
) {
  const { services } = state;
  return (
    <html lang="en" data-locale={locale()}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={asset("/icon.svg")} />
        <link rel="apple-touch-icon" href={asset("/touch-icon.png")} />
        <link rel="manifest" href={asset("/manifest.webmanifest")} />
        {/* No module: it has its say before anything is painted. */}
        <script src={asset("/choices.js")} />
        {styles.map((name) => (
          <link key={name} rel="stylesheet" href={asset(`/${name}.css`)} />
        ))}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <Brand />
          <Links />
          <Health health={await health(services)} />
        </header>
        {services?.about.market === "demo" && (
          <p class="demo">
            Simulated prices, ratings and news: set <code>FINNHUB_API_KEY</code>
            {" "}
            to see the real market.
          </p>
        )}
        <main id="main" tabIndex={-1}>
          <Component />
        </main>
        <footer>
          <span>Signalbox {services?.about.version}</span>
          <a href="/api/openapi.json">API</a>
          <a href="/metrics">Metrics</a>
          {services?.about.accessToken && (
            <form method="post" action="/logout">
              <button type="submit" class="plain">Log out</button>
            </form>
          )}
        </footer>
        <Times />
      </body>
    </html>
  );
}

/** The name with its mark: a railway signal that shows one light. */
function Brand() {
  return (
    <a class="brand" href="/">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect class="box" width="32" height="32" rx="8" />
        <path class="wave" d="M6 20h5l3-9 5 13 3-7h4" />
      </svg>
      Signalbox
    </a>
  );
}

/** A component of its own: Fresh marks the present link in what is drawn, not while the app waits. */
function Links() {
  return (
    <nav aria-label="Pages">
      {links.map(([href, name]) => <a key={href} href={href}>{name}</a>)}
    </nav>
  );
}

/** A page must not fail because the state of the system cannot be told. */
async function health(services: State["services"] | undefined) {
  const found = await services?.status.health().catch(() => null);
  if (!found) return null;
  const { state, reasons, warnings } = found;
  return { state, reasons, warnings };
}
