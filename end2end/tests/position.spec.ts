// A link can lead to any place of a list, with ways to what is before and after it.

import { ask, titlesOf } from "../support/api";
import { cards, names, notice, summary } from "../support/search-page";
import { expect, test } from "../support/test";

const query = "solar panels";

test("a link shows the page at its place", async ({ page, open, request }) => {
  const titles = (offset: string, limit: string) =>
    titlesOf(request, { q: query, mode: "neural", offset, limit });
  await open(`/?q=${encodeURIComponent(query)}&mode=neural&from=21`);
  await expect(names(page)).toHaveText(await titles("20", "10"));
  await expect(summary(page)).toContainText("21–30 shown");
  await expect(page.locator("#result-21")).toHaveCount(1);
  await expect(page.locator("ol.cards")).toHaveAttribute("start", "21");

  await page.getByRole("link", { name: "Show earlier" }).click();
  await expect(names(page)).toHaveText(await titles("10", "20"));
  await page.getByRole("link", { name: "Show more" }).click();
  await expect(names(page)).toHaveText(await titles("10", "30"));
  await expect(page).toHaveURL(/from=11&limit=30/);
});

test("the next page begins after the last hit", async ({ page, open }) => {
  await open("/?q=*");
  const before = await names(page).allTextContents();
  await page.getByRole("link", { name: "Page 11 to 20" }).click();
  await expect(page).toHaveURL(/from=11/);
  await expect(cards(page)).toHaveCount(10);
  await expect(summary(page)).toContainText("11–20 of");
  for (const name of await names(page).allTextContents()) {
    expect(before).not.toContain(name);
  }
});

test("a place beyond the end leads back to the beginning", async ({ page, open }) => {
  await open("/?q=*&from=900");
  await expect(notice(page)).toContainText("The list ends before this place");
  await page.getByRole("link", { name: "Show the first results" }).click();
  await expect(cards(page)).toHaveCount(10);
  await expect(page).not.toHaveURL(/from=/);
});

test("a list of the best ends with the last of them", async ({ page, open, request }) => {
  const asked = { q: "coffee", mode: "hybrid" };
  const { best } = await ask<{ best: number }>(request, "search", asked);
  const from = best - 4;
  await open(`/?q=coffee&mode=hybrid&from=${from}`);
  await expect(cards(page)).toHaveCount(5);
  await expect(summary(page)).toContainText(`${from}–${best} of the ${best} best`);
  await expect(page.getByRole("link", { name: "Show more" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Show earlier" })).toBeVisible();
});
