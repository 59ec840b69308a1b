/** The metrics and the alarms, as Prometheus itself reads them: promtool, of Debian's package prometheus. */
import assert from "node:assert/strict";
import { scrapeFreshHost } from "../support/scrape.ts";

async function promtool(args: string[], input = ""): Promise<string> {
  const child = new Deno.Command("promtool", {
    args,
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const said = [stdout, stderr].map((one) => new TextDecoder().decode(one))
    .join("");
  assert.equal(code, 0, said);
  return said;
}

Deno.test("the metrics of a host are named and told as they should be", async () => {
  const text = await scrapeFreshHost();
  assert.equal(await promtool(["check", "metrics"], text), "");
});

Deno.test("the rules of the alarms are sound", async () => {
  const said = await promtool(["check", "rules", "deploy/alerts.yml"]);
  assert.match(said, /SUCCESS: \d+ rules found/);
});

Deno.test("the queries of the dashboard are queries", async () => {
  const file = new URL("../../deploy/grafana-dashboard.json", import.meta.url);
  const queries = (await Deno.readTextFile(file))
    .matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g);
  const rules = Array.from(queries, ([, text], i) => ({
    record: `query:${i}`,
    expr: JSON.parse(text!).replaceAll("$__rate_interval", "5m"),
  }));
  assert.ok(rules.length > 30);
  const path = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    // What is JSON is YAML.
    const groups = [{ name: "dashboard", rules }];
    await Deno.writeTextFile(path, JSON.stringify({ groups }));
    await promtool(["check", "rules", path]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("alarms go off when they should, and not otherwise", async () => {
  await promtool(["test", "rules", "tests/promtool/alerts.yml"]);
});
