// Random choices that are the same in every run.

import { startups } from "./sample";

/** Numbers from 0 (inclusive) to 1, from a seed: Mulberry32, by Tommy Ettinger. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(20_261_126);
const one = <T>(of: T[]): T => of[Math.floor(random() * of.length)]!;

/** Words that are no operators of a query. */
const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
const described = startups.map(({ description }) => words(description)).filter((of) => of.length > 0);

/** A title, some words in a row, or words of different records. */
function query(): string {
  const kind = random();
  if (kind < 0.2) {
    return one(startups).name;
  }
  const many = 1 + Math.floor(random() * 5);
  if (kind < 0.6) {
    const text = one(described);
    const from = Math.floor(random() * text.length);
    return text.slice(from, from + many).join(" ");
  }
  return Array.from({ length: many }, () => one(one(described))).join(" ");
}

/** Fifty random queries of words and titles of the sample. */
export const queries: string[] = Array.from({ length: 50 }, query);
