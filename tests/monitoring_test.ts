/** What deploy/ has for Prometheus and Grafana asks for metrics that there are, and sends people to pages that there are. */
import assert from "node:assert/strict";
import { scrapeFreshHost } from "./support/scrape.ts";

const read = (path: string) =>
  Deno.readTextFile(new URL(`../${path}`, import.meta.url));

const named = /\b(?:signalbox|process)_[a-z_]+/g;

const namesIn = async (path: string) => [
  ...new Set((await read(path)).match(named)),
];

Deno.test("every metric of the dashboard, the alarms and the documentation is there from the start", async (t) => {
  const text = await scrapeFreshHost();
  const types = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)]
      .map(([, name, type]) => [name!, type!]),
  );
  const suffixes = (type: string) =>
    type === "histogram" ? ["", "_bucket", "_sum", "_count"] : [""];
  const known = new Set(
    [...types].flatMap(([name, type]) =>
      suffixes(type).map((suffix) => name + suffix)
    ),
  );
  const files = [
    "deploy/grafana-dashboard.json",
    "deploy/alerts.yml",
    "docs/operations.md",
  ];
  for (const file of files) {
    await t.step(file, async () => {
      const names = await namesIn(file);
      assert.ok(names.length > 15, `${names.length} names`);
      assert.deepEqual(names.filter((name) => !known.has(name)), []);
    });
  }
  await t.step("each is documented", async () => {
    const told = await namesIn("docs/operations.md");
    const all = [...types.keys()];
    assert.deepEqual(all.filter((name) => !told.includes(name)), []);
  });
  await t.step("what counts has a value", () => {
    const missing = [...types].filter(([name, type]) =>
      type !== "gauge" &&
      !new RegExp(`^${name}(_count)?{.*} \\d`, "m").test(text)
    );
    assert.deepEqual(missing, []);
  });
});

Deno.test("every alarm says what to do, in a section that there is", async () => {
  const alarms = (await read("deploy/alerts.yml")).split("- alert:").slice(1);
  const headings = (await read("docs/operations.md")).matchAll(/^#+ (.+)$/gm);
  const sections = new Set(
    Array.from(
      headings,
      ([, heading]) =>
        "docs/operations.md#" + heading!.toLowerCase()
          .replaceAll(/[^\w\s-]/g, "").replaceAll(" ", "-"),
    ),
  );
  for (const alarm of alarms) {
    const [, section] = /^ +runbook: (\S+)$/m.exec(alarm) ?? [];
    assert.ok(section && sections.has(section), `${section} of${alarm}`);
    assert.match(alarm, /summary: .+\n +description: .+/);
  }
});
