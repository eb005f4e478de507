// Readers without a query can browse all records, or those that pass a filter, in an order of
// their choice.

import { collectionOf } from "../support/records";
import { inCity, startups } from "../support/sample";
import { box, button, cards, chooseValue, names, summary } from "../support/search-page";
import { expect, test } from "../support/test";

test("all records can be looked through from the start", async ({ page, open }) => {
  await open("/");
  await page.getByRole("link", { name: "Browse all" }).click();
  await expect(page).toHaveURL(/q=(\*|%2A)/);
  await expect(summary(page)).toContainText(`1–10 of ${startups.length} records`);
  await expect(names(page)).toHaveText(startups.slice(0, 10).map(({ name }) => name));
  await expect(page.getByText("Why this rank")).toHaveCount(0);
  await page.getByRole("link", { name: "Show more" }).click();
  await expect(cards(page)).toHaveCount(20);
});

test("a filter alone lists its records", async ({ page, open }) => {
  await open("/");
  await chooseValue(page, "City", "Tokyo");
  const expected = inCity("Tokyo").map(({ name }) => name);
  await expect(names(page)).toHaveText(expected.slice(0, 10));
  await expect(summary(page)).toContainText("in their original order");
  await expect(box(page)).toHaveValue("");
});

test("the order can be chosen", async ({ page, open, request, javaScriptEnabled }) => {
  const records = [
    { title: "Middle", year: 2000 },
    { title: "Unknown" },
    { title: "New", year: 2020 },
    { title: "Old", year: 1950 },
  ];
  const roles = { title: "title", facets: ["year:number"] };
  const name = await collectionOf(request, "shelf", roles, records);

  await open(`/c/${name}?q=*`);
  const order = page.getByRole("combobox", { name: "Order" });
  for (const [choice, expected] of [
    ["Year, ascending", ["Old", "Middle", "New", "Unknown"]],
    ["Year, descending", ["New", "Middle", "Old", "Unknown"]],
    ["Original order", ["Middle", "Unknown", "New", "Old"]],
  ] as const) {
    await order.selectOption({ label: choice });
    if (javaScriptEnabled === false) {
      await button(page).click();
    }
    await expect(names(page)).toHaveText([...expected]);
    await expect(order.locator("option:checked")).toHaveText(choice);
  }
  await request.delete(`/api/v1/collections/${name}`);
});
