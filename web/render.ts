/** Draws a document: its body first, then what the body wants in its head. */
import { h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Assets } from "./assets.ts";
import { collectHead } from "./head.ts";
import { type Drawing, drawIslands } from "./island.ts";

/** The scripts that every page loads, islands or not: live reload during development. */
export type Draw = (vnode: VNode | null, url: URL) => string;

export function drawer(assets: Assets, scripts: readonly string[]): Draw {
  return (vnode, url) => {
    const drawing: Drawing = {
      path: url.pathname,
      scriptOf: assets.scriptOf,
      files: new Set(),
      signals: new Map(),
    };
    const [body, heads] = collectHead(() =>
      drawIslands(drawing, () => renderToString(vnode ?? h("body", null)))
    );
    const head = renderToString(h("head", null, heads)).slice(6, -7) +
      loads(assets, drawing.files, scripts);
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
function loads(
  assets: Assets,
  islands: ReadonlySet<string>,
  scripts: readonly string[],
): string {
  const { client, preloads } = assets.scriptsFor([...islands]);
  const all = client === null ? scripts : [client, ...scripts];
  return preloads.map((href) => `<link rel="modulepreload" href="${href}">`)
    .join("") +
    all.map((src) => `<script type="module" src="${src}"></script>`).join("");
}
