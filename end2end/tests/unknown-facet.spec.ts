// A filter by a field that is none says so, names those there are, and shows a way on.

import { answered, cards, notice } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself notes the answer's status.
test.use({ expectedError: /status of 400/ });

test("an unknown field is named, with those there are", async ({ page, open }) => {
  await open("/?q=solar+panels&filter=town:Berlin");
  await expect(page.getByRole("alert")).toContainText("town");
  await expect(notice(page)).toContainText(/facets are .*city/);

  await page.getByRole("link", { name: "Search without the filter" }).click();
  await answered(page, { q: "solar panels" });
  await expect(cards(page)).toHaveCount(10);
});

test("an unknown mode is named", async ({ page, open }) => {
  await open("/?q=solar+panels&mode=psychic");
  await expect(page.getByRole("alert")).toContainText("psychic");
});
