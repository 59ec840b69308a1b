import assert from "node:assert/strict";
import { z } from "zod";
import type { ActorDescription } from "../engine/protocol.ts";
import type { Services } from "../host/services.ts";
import { describing } from "./openapi.ts";

function actorWith(
  name: string,
  schema: Record<string, unknown>,
): ActorDescription {
  return {
    name,
    title: name,
    description: "",
    schedule: "* * * * *",
    market_hours: false,
    version: 1,
    schema,
    net: [],
  };
}

async function documentOf(...actors: ActorDescription[]) {
  const services: Pick<Services, "about" | "catalog"> = {
    about: {
      version: "1",
      broker: "redis",
      market: "demo",
      accessToken: "secret",
      eventClients: { all: 8, anAddress: 4 },
    },
    catalog: {
      actors: new Map(actors.map((actor) => [actor.name, actor])),
      views: new Map(),
      observers: new Map(),
      broken: [],
    },
  };
  const request = new Request("http://localhost/api/openapi.json");
  const endpoint = describing([]);
  const answer = await endpoint.answer(request, {}, services as Services);
  return await answer.json();
}

Deno.test("the definitions of an actor's schema get its name, and take no name of the API's", async () => {
  const inner = z.object({ own: z.string() }).meta({ id: "TestProblem" });
  const { $defs, ...schema } = z.toJSONSchema(z.object({ inner }));
  const renamed = { ...schema, $defs: { Problem: $defs!.TestProblem } };
  const text = JSON.stringify(renamed).replace("$defs/TestP", "$defs/P");
  const { components } = await documentOf(actorWith("odd", JSON.parse(text)));
  assert.deepEqual(components.schemas["data.odd"].properties.inner, {
    $ref: "#/components/schemas/data.odd.Problem",
  });
  assert.ok(components.schemas["data.odd.Problem"].properties.own);
  assert.ok(components.schemas.Problem.properties.title);
});

Deno.test("an actor whose schema is none spoils nothing but its own", async () => {
  const odd = actorWith("odd", { $defs: { x: null }, properties: null });
  const worse = actorWith("worse", { $defs: null });
  const { paths, components, security } = await documentOf(odd, worse);
  assert.deepEqual(Object.keys(paths), ["/api/openapi.json"]);
  assert.ok(components.schemas["data.odd"]);
  assert.deepEqual(security, [{ token: [] }]);
  assert.ok(paths["/api/openapi.json"].get.responses[401]);
});
