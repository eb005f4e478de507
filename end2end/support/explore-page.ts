// The API's answers about queries on which the engines disagree and about changed queries, to compare
// the pages with.

import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { ask } from "./api";
import type { Compared } from "./compare-page";

export interface Example {
  query: string;
  overlap: number;
  words: { word: string; records: number }[];
  record: Compared;
  instead?: Compared;
}

interface Exploration {
  mining: boolean;
  records: number;
  mined?: Record<"meaning_finds" | "words_find" | "both_struggle", Example[]> & {
    tried: number;
    records: number;
  };
}

/** The groups of the page and of the API. */
export const groups = {
  "Meaning finds what words miss": "meaning_finds",
  "Words find what meaning misses": "words_find",
  "Both struggle": "both_struggle",
} as const;

/** What was found in the sample, once it has been looked for. */
export async function explored(request: APIRequestContext) {
  let found: Exploration | undefined;
  await expect
    .poll(
      async () => {
        found = await ask<Exploration>(request, "explore", {});
        return found.mining;
      },
      { timeout: 25_000 },
    )
    .toBe(false);
  const mined = found?.mined;
  if (!mined) {
    throw new Error("nothing was found");
  }
  return mined;
}

/** A group of the page. */
export const group = (page: Page, name: string): Locator =>
  page.getByRole("region", { name, exact: true });

/** The cards in it. */
export const cards = (page: Page, name: string): Locator =>
  group(page, name).locator(".explore-card");

interface Shift {
  overlap: number;
  moved: number;
}

export interface Lab {
  query: string;
  lists: Record<"meaning" | "words" | "both", string[]>;
  changes: {
    change: string;
    query: string;
    lists: Record<"meaning" | "words" | "both", string[]>;
    moved: Record<"meaning" | "words" | "both", Shift>;
  }[];
  records: { id: string; title: string }[];
}

/** What the API says of a query's changes. */
export const lab = (request: APIRequestContext, q: string) => ask<Lab>(request, "lab", { q });
