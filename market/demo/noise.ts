/**
 * Chance that can be asked twice: numbers that follow from a seed and a place alone. Only integer
 * arithmetic, additions and multiplications are used, so every host computes the same to the last bit.
 */

/** Another number would be another market. */
export const SEED = 1;

/** A whole number from 0 to 2^32 - 1 for a seed and a place (MurmurHash3's finaliser, once for each part). */
export function hash(seed: number, ...place: readonly number[]): number {
  let h = mix(seed | 0);
  for (const part of place) {
    // Both halves, so that places beyond 2^32 differ too.
    h = mix(h ^ (part | 0));
    h = mix(h ^ Math.floor(part / 2 ** 32) ^ 0x9e3779b9);
  }
  return h >>> 0;
}

/** From 0 up to 1. */
export function chance(seed: number, ...place: readonly number[]): number {
  return hash(seed, ...place) / 2 ** 32;
}

/** One of `choices`. */
export function pick<T>(
  choices: readonly [T, ...T[]],
  seed: number,
  ...place: readonly number[]
): T {
  return choices[hash(seed, ...place) % choices.length] ?? choices[0];
}

/** A smooth wave from -1 to 1 that turns about once in every `period` of `at`. */
export function wave(seed: number, at: number, period: number): number {
  const cell = Math.floor(at / period);
  const into = at / period - cell;
  const from = chance(seed, period, cell), to = chance(seed, period, cell + 1);
  return 2 * (from + (to - from) * into * into * (3 - 2 * into)) - 1;
}

/** A number for a text, so that texts can be places. */
export function textNumber(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = mix(h ^ text.charCodeAt(i));
  return h >>> 0;
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x6d2b79f5 | 0;
}
