// The start page offers example queries, each of which finds something.

import { startups } from "../support/sample";
import { answered, box, cards } from "../support/search-page";
import { expect, test } from "../support/test";

test("each example leads to results", async ({ page, open }) => {
  await open("/");
  const examples = page.locator("main").getByRole("listitem").getByRole("link");
  const queries = await examples.allTextContents();
  expect(queries.length).toBeGreaterThan(2);

  for (const query of queries) {
    await open("/");
    await page.getByRole("link", { name: query, exact: true }).click();
    await answered(page, { q: query });
    await expect(box(page)).toHaveValue(query);
    await expect(cards(page)).toHaveCount(10);
  }
});

test("the start says how much there is to search", async ({ page, open }) => {
  await open("/");
  await expect(page.getByText(`${startups.length} records`)).toBeVisible();
});
