// The search page's parts by user-facing names, and actions on them.

import { expect, type Locator, type Page } from "@playwright/test";

export type Mode = "By meaning" | "By words" | "By both";
export const modes: Mode[] = ["By meaning", "By words", "By both"];

/** A mode's name in the address. */
export const modeInAddress = { "By meaning": "neural", "By words": "text", "By both": "hybrid" };

/** The mode used if none is chosen. */
const usual: Mode = "By both";

export const box = (page: Page): Locator => page.getByLabel("Search for", { exact: true });

/** What the field offers while a query is typed. */
export const offers = (page: Page): Locator =>
  page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");

export const button = (page: Page): Locator =>
  page.getByRole("button", { name: "Search", exact: true });

export const radio = (page: Page, mode: Mode): Locator => page.getByRole("radio", { name: mode });

/** The balance of meaning and words. */
export const slider = (page: Page): Locator => page.getByRole("slider", { name: /meaning counts/ });

/** The button that opens a facet's panel. */
export const facetButton = (page: Page, facet: string): Locator =>
  page.locator("summary.facet-button").filter({ hasText: facet });

/** A facet's panel. */
export const facetPanel = (page: Page, facet: string): Locator =>
  page.getByRole("group", { name: facet, exact: true });

/** A value in a facet's panel, by its first words. */
export const facetValue = (page: Page, facet: string, value: string): Locator =>
  facetPanel(page, facet)
    .getByRole("listitem")
    .filter({ has: page.getByText(value, { exact: true }) })
    .getByRole("checkbox");

/** Opens a facet's panel, if it is closed. */
export async function openFacet(page: Page, facet: string): Promise<Locator> {
  const panel = facetPanel(page, facet);
  if (!(await panel.isVisible())) {
    await facetButton(page, facet).click();
  }
  await expect(panel).toBeVisible();
  return panel;
}

/** Closes a facet's panel, if it is open. */
export async function closeFacet(page: Page, facet: string): Promise<void> {
  const panel = facetPanel(page, facet);
  if (await panel.isVisible()) {
    await facetButton(page, facet).click();
  }
  await expect(panel).toBeHidden();
}

/** Applies what is chosen in a panel: with JavaScript, that has already happened. */
export async function applyFacet(panel: Locator): Promise<void> {
  const apply = panel.getByRole("button", { name: "Apply" });
  if (await apply.isVisible()) {
    await apply.click();
  }
}

/** Chooses a value that is listed in a facet's panel. */
export async function chooseValue(page: Page, facet: string, value: string): Promise<void> {
  const panel = await openFacet(page, facet);
  await facetValue(page, facet, value).check();
  await applyFacet(panel);
}

/** Expects exactly these values of a facet to be chosen. */
export async function expectChosen(page: Page, facet: string, values: string[]): Promise<void> {
  const panel = await openFacet(page, facet);
  const chosen = panel.getByRole("listitem").filter({ has: page.locator("input:checked") });
  await expect(chosen.locator(".facet-text")).toHaveText(values);
}

export const cards = (page: Page): Locator => page.getByRole("article");

/** The names on the cards, best first. */
export const names = (page: Page): Locator => cards(page).getByRole("heading");

/** The card of a record. */
export const card = (page: Page, name: string): Locator =>
  cards(page).filter({ has: page.getByRole("heading", { name, exact: true }) });

/** The line above the cards, with the counts. */
export const summary = (page: Page): Locator => page.locator(".summary-line");

/** The conditions that narrow the list, each of which can be removed. */
export const narrowed = (page: Page): Locator =>
  page.getByRole("list", { name: "Narrowed to" });

/** The notice shown when there is nothing to list. */
export const notice = (page: Page): Locator => page.locator(".notice");

/** Everything below the form. */
export const results = (page: Page) => page.getByRole("region", { name: "Results" });

/** What a request of the page to the server searches for. */
export function searched(url: string): { q: string; mode: string; unfinished: boolean } {
  const { searchParams } = new URL(url);
  return {
    q: searchParams.get("request[q]") ?? "",
    mode: searchParams.get("request[mode]") ?? "",
    unfinished: searchParams.get("request[prefix]") === "true",
  };
}

/** Chooses a mode by clicking its label, as a user does. */
export async function choose(page: Page, mode: Mode): Promise<void> {
  await page.locator("label").filter({ hasText: mode }).click();
  await expect(radio(page, mode)).toBeChecked();
}

/** Types a query, chooses a mode, presses the button, and waits for the answer. */
export async function search(page: Page, query: string, mode: Mode = usual): Promise<void> {
  await box(page).fill(query);
  // Closes the list of suggestions, which may be above the modes.
  await box(page).blur();
  await choose(page, mode);
  await button(page).click();
  await answered(page, { q: query, mode });
}

/** Waits until the address has this search and the page has its answer. */
export async function answered(
  page: Page,
  asked: { q?: string; mode?: Mode; city?: string },
): Promise<void> {
  await expect(page).toHaveURL(({ searchParams }) => {
    const wanted = modeInAddress[asked.mode ?? usual];
    return (
      (searchParams.get("q") ?? "") === (asked.q ?? "") &&
      (searchParams.get("mode") ?? modeInAddress[usual]) === wanted &&
      // What is still being typed is not answered for good.
      !searchParams.has("prefix") &&
      (asked.city === undefined || searchParams.getAll("filter").includes(`city:${asked.city}`))
    );
  });
  await expect(results(page)).toHaveAttribute("aria-busy", "false");
}
