/** Draws a document: the page inside its layouts, its body first, then what the body wants in its head. */
import { type FunctionComponent, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Assets } from "./assets.ts";
import type { AsyncComponent, Context, RouteComponent } from "./fresh.ts";
import { type Drawing, drawIslands } from "./island.ts";
import { collectHead } from "./runtime.ts";

/** Makes the text of what stands at the path of a page. */
export type Draw = (vnode: VNode | null, path: string) => string;

/** The document of a page, the last of `components`, inside the others; or what one of them answers. */
export async function drawPage<State>(
  components: readonly RouteComponent<State>[],
  ctx: Context<State>,
  data: unknown,
  draw: Draw,
): Promise<string | Response> {
  const { url, req, params, state, error } = ctx;
  let inner: VNode | null = null;
  let given = data;
  for (const component of components.toReversed()) {
    const child = inner;
    const Component = () => child;
    const props = { url, req, params, state, error, data: given, Component };
    // An async one is run at once, because drawing itself does not wait.
    const drawn = component.constructor.name === "AsyncFunction"
      ? await (component as AsyncComponent<State>)(props)
      : h(component as FunctionComponent<typeof props>, props) as VNode;
    if (drawn instanceof Response) return drawn;
    inner = drawn;
    given = undefined;
  }
  return draw(inner, url.pathname);
}

export function drawer(assets: Assets): Draw {
  return (vnode, path) => {
    const { scriptOf } = assets;
    const drawing: Drawing = { path, scriptOf, files: new Set() };
    const [body, heads] = collectHead(() =>
      drawIslands(drawing, () => renderToString(vnode ?? h("body", null)))
    );
    const head = renderToString(h("head", null, heads)).slice(6, -7) +
      loads(assets, drawing.files);
    return `<!DOCTYPE html>${withHead(document(body), head)}`;
  };
}

/** A page without its app is still a whole document. */
function document(html: string): string {
  if (/^<html[\s>]/.test(html)) return html;
  return `<html><head><meta charset="utf-8"></head><body>${html}</body></html>`;
}

/** Adds to the head; a title takes the place of the one that is there. */
function withHead(html: string, head: string): string {
  const end = html.indexOf("</head>");
  if (end < 0) {
    return html.replace(/^<html[^>]*>/, (tag) => `${tag}<head>${head}</head>`);
  }
  const before = html.slice(0, end);
  const kept = head.includes("<title>")
    ? before.replace(/<title>.*?<\/title>/s, "")
    : before;
  return kept + head + html.slice(end);
}

/** Islands, their parts and the client are asked for at once, not one after the other. */
function loads(assets: Assets, islands: ReadonlySet<string>): string {
  const { client, preloads } = assets.scriptsFor([...islands]);
  if (client === null) return "";
  return preloads.map((href) => `<link rel="modulepreload" href="${href}">`)
    .join("") + `<script type="module" src="${client}"></script>`;
}
