// The switch repeats the same query in another mode, at once and without a page load.

import { answered, box, choose, radio, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("the switch keeps the query and changes the address", async ({ page, open }) => {
  await open("/");
  await search(page, "wooden furniture");
  const visit = await page.evaluate(() => performance.timeOrigin);

  for (const mode of ["By words", "By meaning", "By both"] as const) {
    await choose(page, mode);
    await answered(page, { q: "wooden furniture", mode });
    await expect(box(page)).toHaveValue("wooden furniture");
    await expect(radio(page, mode)).toBeChecked();
  }
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(visit);
});

test("the switch shows what the new mode makes of the query", async ({ page, open }) => {
  await open("/?q=Hushwarren");
  const evidence = page.getByRole("list", { name: "Why it is here" }).first();
  await expect(evidence).toContainText("by meaning");
  await choose(page, "By words");
  await expect(evidence).toContainText("BM25");
  await choose(page, "By meaning");
  await expect(evidence).toContainText("similarity");
});
