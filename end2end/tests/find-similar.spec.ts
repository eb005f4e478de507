// From a record to similar ones, and back to the search.

import { answered, box, card, cards, names, narrowed, search, summary } from "../support/search-page";
import { expect, test } from "../support/test";

test.beforeEach(async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By words");
  await card(page, "Hushwarren")
    .getByRole("link", { name: "Find records similar to Hushwarren" })
    .click();
  await expect(narrowed(page)).toContainText(
    "Similar to Hushwarren",
  );
});

test("similar records are without the record itself", async ({ page }) => {
  await expect(cards(page)).toHaveCount(10);
  expect(await names(page).allTextContents()).not.toContain("Hushwarren");
  await expect(summary(page)).toContainText("10 shown");
});

test("a way leads back to the results", async ({ page }) => {
  await page.getByRole("link", { name: "Back to the results" }).click();
  await answered(page, { q: "Hushwarren", mode: "By words" });
  await expect(page).not.toHaveURL(/like=/);
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(names(page).first()).toHaveText("Hushwarren");
});
