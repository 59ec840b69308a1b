/** What is told of a quote, as its event holds it. */
import { z } from "zod";

/** Null where the provider does not say. */
const number = z.number().nullable();

export const schema = z.object({
  /** Oil was sold below zero; 0 is what providers say when they know none. */
  price: z.number().refine((price) => price !== 0, "is no price"),
  change: number,
  percent_change: number,
  high: number,
  low: number,
  open: number,
  previous_close: number,
  /** Who told it, where several providers are asked. */
  provider: z.string().optional(),
  /** Of a correction: when the market told it. */
  told_at: z.iso.datetime().optional(),
});

export type Told = z.infer<typeof schema>;
