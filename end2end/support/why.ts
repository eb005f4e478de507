// The explanation of a rank: its parts by user-facing names, and what the API says about it.

import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { ask } from "./api";
import { cards } from "./search-page";

export interface Explanation {
  words: {
    score: number;
    terms: { word: string; contribution: number }[];
    missing: { word: string }[];
  };
  meaning?: {
    cosine: number;
    record_text: string;
    split?: {
      special: number;
      query_words: { word: string; share: number; partner?: number }[];
      record_words: { word: string; share: number; at: [number, number]; partner?: number }[];
      pairs: { query: string; record: string; share: number }[];
      partners: { query: string[]; record: string[]; shares: number[][] };
    };
  };
  late_interaction?: { score: number; from_meaning: number; words: { added: number }[] };
  fusion?: {
    score: number;
    from_words: number;
    from_meaning: number;
    from_neighbours: number;
    neighbours: unknown[];
    next?: { id: string; title: string; score: number; turns_at?: number };
  };
}

/** Why a record has its rank, according to the API. */
export const whyOf = (
  request: APIRequestContext,
  id: string,
  asked: Record<string, string>,
): Promise<Explanation> => ask(request, `records/${id}/explain`, asked);

/** The explanation on the page. */
export const panel = (page: Page): Locator =>
  page.getByRole("region", { name: "Why it has this rank" });

/** The titles of the cards, without the headings of an explanation. */
export const titles = (page: Page): Locator => cards(page).getByRole("heading", { level: 2 });

/** The parts of a score; the last one is the score. */
export const parts = (within: Locator, score: string): Locator =>
  within.getByRole("list", { name: `Parts of it: ${score}`, exact: true }).getByRole("listitem");

/** A text that is tinted word by word. */
export const text = (within: Locator, label: string): Locator =>
  within.getByRole("group", { name: label, exact: true }).last();

/** The number at the end of each part; null for a word that is missing. */
export async function numbers(of: Locator): Promise<(number | null)[]> {
  const shown = await of.locator(".why-adds").allInnerTexts();
  return shown.map((text) => (text.trim() === "\u2013" ? null : number(text)));
}

/** A number as the page writes it. */
export const number = (text: string): number => Number(text.trim().replace("\u2212", "-"));

/** Expects numbers with this many decimals to be those, and the last one to be the sum of the others. */
export function expectParts(
  shown: (number | null)[],
  exact: (number | null)[],
  decimals: number,
): void {
  const half = 0.501 / 10 ** decimals;
  expect(shown.length).toBe(exact.length);
  for (const [at, value] of exact.entries()) {
    const near = value === null ? shown[at] === null : Math.abs((shown[at] ?? NaN) - value) < half;
    expect(near, `${shown[at]} for ${value}, part ${at}`).toBe(true);
  }
  const added = shown.slice(0, -1).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  // Each part is rounded by itself.
  expect(Math.abs(added - (shown.at(-1) ?? NaN))).toBeLessThan(half * (shown.length + 1));
}
