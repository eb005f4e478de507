// More hits are added below; the earlier ones stay in place.

import { cards, names } from "../support/search-page";
import { expect, test } from "../support/test";

test("more records follow the first ten", async ({ page, open }) => {
  await open("/?q=solar+panels");
  await expect(cards(page)).toHaveCount(10);
  const before = await names(page).allTextContents();
  await page.getByRole("link", { name: "Show more" }).click();
  await expect(cards(page)).toHaveCount(20);
  const after = await names(page).allTextContents();
  expect(after.slice(0, 10)).toEqual(before);
  expect(new Set(after).size).toBe(20);
});
