// The browser's Back, Forward and Reload work as usual.

import { answered, box, names, radio, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("Back and Forward bring searches back", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "Full text");
  await expect(names(page).first()).toHaveText("Hushwarren");
  await search(page, "Palisgrove", "Hybrid");
  await expect(names(page).first()).toHaveText("Palisgrove");

  // Choosing the mode may be a separate search, so there can be entries in between.
  await expect(async () => {
    await page.goBack();
    await expect(box(page)).toHaveValue("Hushwarren");
  }).toPass();
  await answered(page, { q: "Hushwarren", mode: "Full text" });
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(radio(page, "Full text")).toBeChecked();

  await page.goForward();
  await expect(box(page)).toHaveValue("Palisgrove");
  await expect(radio(page, "Hybrid")).toBeChecked();
  await expect(names(page).first()).toHaveText("Palisgrove");
});

test("Back leads to the start", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren");
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Try one of these" })).toBeVisible();
  await expect(box(page)).toHaveValue("");
});

test("Reload keeps the search", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "Full text");
  await page.reload();
  await answered(page, { q: "Hushwarren", mode: "Full text" });
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(radio(page, "Full text")).toBeChecked();
  await expect(names(page).first()).toHaveText("Hushwarren");
});
