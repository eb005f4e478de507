// For a filter on an unknown field, the page says so, names the existing fields, and offers a way
// to continue.

import { answered, cards, facetButton, notice } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs the answer's status.
test.use({ expectedError: /status of 400/ });

test("an unknown field is named, with those there are", async ({ page, open }) => {
  const counted: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/fn/facets?")) {
      counted.push(request.url());
    }
  });
  await open("/?q=solar+panels&filter=town:Berlin");
  await expect(page.getByRole("alert")).toContainText("town");
  await expect(notice(page)).toContainText(/facets are .*city/);
  await expect(facetButton(page, "City")).toBeVisible();

  await page.getByRole("link", { name: "Search without the filter" }).click();
  await answered(page, { q: "solar panels" });
  await expect(cards(page)).toHaveCount(10);
  // What failed is not asked for counts.
  expect(counted.filter((url) => url.includes("town"))).toEqual([]);
});

test("an unknown mode is named", async ({ page, open }) => {
  await open("/?q=solar+panels&mode=psychic");
  await expect(page.getByRole("alert")).toContainText("psychic");
});
