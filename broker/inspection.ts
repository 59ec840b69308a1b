/** What a broker tells of itself: declared once, for the adapters, for the API and for its document. */
import { z } from "zod";

const count = z.int().min(0);

export const groupStatusSchema = z.object({
  group: z.string(),
  lag: count.nullable().describe("Not yet delivered; null: not known"),
  pending: count.describe("Delivered and not yet acknowledged"),
  consumers: count,
}).meta({ id: "Group" });

export const pendingMessageSchema = z.object({
  position: z.string(),
  consumer: z.string(),
  idle_ms: z.number()
    .describe("Since it was delivered, or since its lease was renewed"),
  deliveries: count,
}).meta({ id: "PendingEvent" });

export const durabilitySchema = z.object({
  loss_window: z.string()
    .describe("What a power cut may lose, for people: `up to 1 s (…)`"),
  loss_window_ms: z.number().nullable()
    .describe("Null: everything since the start"),
  warnings: z.array(z.string())
    .describe("Settings that endanger events, each with the line to change"),
}).meta({ id: "Durability" });

export type GroupStatus = Readonly<z.infer<typeof groupStatusSchema>>;
export type PendingMessage = Readonly<z.infer<typeof pendingMessageSchema>>;
export type Durability = Readonly<z.infer<typeof durabilitySchema>>;
