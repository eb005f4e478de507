// If nothing is found, the page says why and what to do instead.

import { inCity, withWord } from "../support/sample";
import { answered, cards, names, notice, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("words nobody uses lead on to the search by meaning", async ({ page, open }) => {
  expect(withWord(/passphrases?\b/i)).toEqual([]);
  await open("/");
  await search(page, "passphrase", "By words");
  await expect(notice(page)).toContainText("No record contains any of these words");
  await expect(cards(page)).toHaveCount(0);

  await page.getByRole("link", { name: "Search by meaning" }).click();
  await answered(page, { q: "passphrase", mode: "By meaning" });
  await expect(names(page).filter({ hasText: "Hushwarren" })).toBeVisible();
});

test("words nobody uses in a city lead on to those elsewhere", async ({ page, open }) => {
  const coffee = withWord(/\bcoffee\b/i);
  expect(coffee.filter((startup) => inCity("Lagos").includes(startup))).toEqual([]);
  await open("/?q=coffee&mode=text&filter=city:Lagos");
  await expect(notice(page)).toContainText("filter");

  await page.getByRole("link", { name: "Search without the filter" }).click();
  await answered(page, { q: "coffee", mode: "By words" });
  await expect(cards(page)).toHaveCount(coffee.length);
});

test("hybrid without any of the words says what the order is by", async ({ page, open }) => {
  await open("/?q=passphrase&mode=hybrid");
  await expect(page.getByText("by meaning alone")).toBeVisible();
  await expect(cards(page)).toHaveCount(10);
});
