// The page where searches are judged, and the API behind it.

import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { ask } from "./api";

export const judging = (asked: Record<string, string> = {}): string =>
  `/judge?${new URLSearchParams(asked)}`;

export interface PlainRecord {
  id: string;
  title: string;
}

export interface Revealed {
  records: PlainRecord[];
  teams: ("a" | "b")[];
  places: [number | null, number | null][];
  winner: "a" | "b" | null;
  standing: { tally: { a: number; b: number; ties: number }; p: number; needed?: number };
}

/** What the API reveals of the list on the page, with these picks and the tally before. */
export async function revealed(
  page: Page,
  picks: number[],
  before: Record<string, string> = {},
): Promise<Revealed> {
  const value = (name: string) =>
    page.locator(`.judge-list input[name="${name}"]`).first().inputValue();
  const asked = new URLSearchParams(before);
  for (const name of ["q", "a", "b", "seed", "list"]) {
    asked.set(name, await value(name));
  }
  for (const pick of picks) {
    asked.append("pick", String(pick));
  }
  const path = `/api/v1/collections/sample/interleave/reveal?${asked}`;
  const answer = await page.request.get(path);
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

interface Pool {
  records: { record: PlainRecord; grade: number | null }[];
  progress: { queries: number; judgements: number };
}

/** What is to be graded for a query. */
export const poolOf = (request: APIRequestContext, q: string): Promise<Pool> =>
  ask(request, "judgements/pool", { q });

/** The records of the list. */
export const hits = (page: Page): Locator => page.locator(".judge-hit");

/** Their names. */
export const names = (page: Page): Locator => page.locator(".judge-name");

/** Picks records by their places, from 1, and asks which ranking won. */
export async function pick(page: Page, picks: number[]): Promise<void> {
  for (const place of picks) {
    await hits(page).nth(place - 1).getByRole("checkbox").check();
  }
  await page.getByRole("button", { name: "Show which ranking wins" }).click();
}

/** How the comparison stands. */
export const tally = (page: Page): Locator => page.getByRole("region", { name: "So far" });
