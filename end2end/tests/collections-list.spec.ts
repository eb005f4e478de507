// The collections are listed, with or without JavaScript, and link to their search pages.

import { entry, heading } from "../support/collections-page";
import { startups } from "../support/sample";
import { box } from "../support/search-page";
import { expect, test } from "../support/test";

test("the header leads to the collections", async ({ page, open }) => {
  await open("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Collections" }).click();
  await expect(page).toHaveURL("/collections");
  await expect(heading(page)).toBeVisible();
});

test("a collection is listed with what it holds", async ({ page, open }) => {
  await open("/collections");
  const sample = entry(page, "sample");
  await expect(sample).toContainText(`${startups.length} records`);
  await expect(sample).toContainText(/[1-9][\d.]* [KM]B/);
  await expect(sample).toContainText("default");
});

test("its name leads to its search page", async ({ page, open }) => {
  await open("/collections");
  await entry(page, "sample").getByRole("link", { name: "sample", exact: true }).click();
  await expect(page).toHaveURL("/c/sample");
  await expect(box(page)).toBeVisible();
});
