// A search by words finds all records that contain them and no others, and a name finds its record.

import { withWord } from "../support/sample";
import { answered, cards, names, search, summary } from "../support/search-page";
import { expect, test } from "../support/test";

// Glossfinch, whose logo is missing on purpose, mentions management.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

test("a record without the word is not found", async ({ page, open }) => {
  await open("/");
  await search(page, "password manager", "By words");
  await expect(summary(page)).toContainText("matching");
  await expect(names(page).filter({ hasText: "Hushwarren" })).toHaveCount(0);
});

test("a name finds its record, first", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By words");
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("every record with the word is found, and no other", async ({ page, open }) => {
  const holders = withWord(/\bcoffee\b/i).map(({ name }) => name);
  expect(holders.length).toBeGreaterThan(2);
  expect(holders.length).toBeLessThan(10);

  await open("/?q=coffee&mode=text");
  await answered(page, { q: "coffee", mode: "By words" });
  await expect(cards(page)).toHaveCount(holders.length);
  expect((await names(page).allTextContents()).sort()).toEqual(holders.sort());
  await expect(summary(page)).toContainText(`${holders.length} matching records`);
});
