// The parts of a comparison by user-facing names, and the API's answers to compare them with.

import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { ask, type Signals, titlesOf } from "./api";

export const rankings = { "By meaning": "neural", "By words": "text", "By both": "hybrid" } as const;
export type Ranking = keyof typeof rankings;

/** A record of the API's comparison. */
export interface Compared {
  by_meaning: number | null;
  by_words: number | null;
  by_both: number | null;
  contains: string[];
  hit: { id: string; title: string; signals: Signals };
}

export interface Comparison {
  limit: number;
  overlap: number;
  matching: number;
  searched: number;
  records: Compared[];
}

/** The list of a ranking. */
export const list = (page: Page, ranking: Ranking): Locator =>
  page.getByRole("region", { name: ranking, exact: true });

/** The titles in it, best first. */
export const titles = (page: Page, ranking: Ranking): Locator =>
  list(page, ranking).getByRole("heading", { level: 3 });

/** The list of a narrow screen. */
export const merged = (page: Page): Locator =>
  page.getByRole("region", { name: "All rankings in one list" });

/** The sentence on what differs. */
export const told = (page: Page): Locator => page.locator(".compare-told");

/** The path of a comparison. */
export const comparing = (q: string, more: Record<string, string> = {}): string =>
  `/?${new URLSearchParams({ q, mode: "compare", ...more })}`;

/** The API's comparison. */
export const compare = (request: APIRequestContext, q: string, more: Record<string, string> = {}) =>
  ask<Comparison>(request, "compare", { q, ...more });

/** The titles of the API's hits in a mode. */
export const hits = (
  request: APIRequestContext,
  q: string,
  mode: string,
  more: Record<string, string> = {},
): Promise<string[]> => titlesOf(request, { q, mode, ...more });
