// A range of numbers or dates is set in two boxes, below a histogram of this answer.

import { applyFacet, closeFacet, narrowed, openFacet, summary } from "../support/search-page";
import { shelf, shelved } from "../support/shelf";
import { expect, test } from "../support/test";

test("two boxes limit a number", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Year");
  await panel.getByLabel("From", { exact: true }).fill("1950");
  await panel.getByLabel("From", { exact: true }).blur();
  await applyFacet(panel);
  await expect(narrowed(page)).toContainText("Year: from 1950");

  const again = await openFacet(page, "Year");
  await expect(again.getByLabel("From", { exact: true })).toHaveValue("1950");
  await again.getByLabel("To", { exact: true }).fill("1999");
  await again.getByLabel("To", { exact: true }).blur();
  await applyFacet(again);
  await expect(narrowed(page)).toContainText("Year: 1950 to 1999");
  const between = shelf.filter(({ year }) => year !== undefined && year >= 1950 && year <= 1999);
  await expect(summary(page)).toContainText(`${between.length} records`);

  // The panel is above the conditions.
  await closeFacet(page, "Year");
  await page.getByRole("link", { name: /^Drop the filter Year/ }).click();
  await expect(narrowed(page)).toHaveCount(0);
  await request.delete(api);
});

test("two boxes limit a date", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Lent");
  await panel.getByLabel("To", { exact: true }).fill("2020-12-31");
  await panel.getByLabel("To", { exact: true }).blur();
  await applyFacet(panel);
  await expect(narrowed(page)).toContainText("Lent: up to");
  const until = shelf.filter(({ lent }) => lent !== undefined && lent <= "2020-12-31");
  await expect(summary(page)).toContainText(`${until.length} records`);
  await request.delete(api);
});

test("the histogram's intervals are the API's", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  const filter = "shelf:Kitchen";
  const parameters = new URLSearchParams({ facets: "price", histogram: "16", filter });
  const answer = await (await request.get(`${api}/search?${parameters}`)).json();
  const buckets: { count: number; between?: [string, string] }[] = answer.facets[0].histogram;
  const inKitchen = shelf.filter((book) => book.shelf === "Kitchen");
  expect(buckets.map(({ count }) => count).reduce((a, b) => a + b)).toBe(inKitchen.length);
  for (const { count, between } of buckets) {
    if (between) {
      const range = new URLSearchParams({ filter: `price:${between.join("..")}` });
      range.append("filter", filter);
      const { total } = await (await request.get(`${api}/search?${range}`)).json();
      expect(total).toBe(count);
    }
  }

  await open(`/c/${name}?filter=${filter}`);
  const panel = await openFacet(page, "Price");
  await expect(panel.locator(".histogram-bar")).toHaveCount(buckets.length);
  const told = await panel.getByRole("img").getAttribute("aria-label");
  const counts = [...(told ?? "").matchAll(/: (\d+)(?=;|$)/g)].map(([, count]) => Number(count));
  expect(counts).toEqual(buckets.map(({ count }) => count).filter((count) => count > 0));
  await request.delete(api);
});

test("a range in a link is shown in the boxes", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?filter=price:7.5..9&filter=lent:2020-05-01..`);
  const price = await openFacet(page, "Price");
  await expect(price.getByLabel("From", { exact: true })).toHaveValue("7.5");
  await expect(price.getByLabel("To", { exact: true })).toHaveValue("9");
  const lent = await openFacet(page, "Lent");
  await expect(lent.getByLabel("From", { exact: true })).toHaveValue("2020-05-01");
  await expect(lent.getByLabel("To", { exact: true })).toHaveValue("");
  await request.delete(api);
});
