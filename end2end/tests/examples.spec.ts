// The start page offers example queries, each of which finds something.

import { hitsOf } from "../support/api";
import { startups } from "../support/sample";
import { answered, box, names } from "../support/search-page";
import { expect, test } from "../support/test";

test("each example leads to its results", async ({ page, open, request }) => {
  await open("/");
  const examples = page.locator("main").getByRole("listitem").getByRole("link");
  const queries = await examples.allTextContents();
  expect(queries.length).toBeGreaterThan(2);

  for (const query of queries) {
    await open("/");
    await page.getByRole("link", { name: query, exact: true }).click();
    await answered(page, { q: query });
    await expect(box(page)).toHaveValue(query);
    const hits = await hitsOf(request, { q: query });
    await expect(names(page)).toHaveText(hits.map(({ title }) => title));
    // An example that nothing fits would be a bad one.
    expect(hits.length, query).toBe(10);
  }
});

test("the start says how much there is to search", async ({ page, open }) => {
  await open("/");
  await expect(page.getByText(`${startups.length} records`)).toBeVisible();
});
