// The browser's Back, Forward and Reload work as usual.

import { answered, box, names, radio, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("Back and Forward bring searches back", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By words");
  await expect(names(page).first()).toHaveText("Hushwarren");
  await search(page, "Palisgrove", "By both");
  await expect(names(page).first()).toHaveText("Palisgrove");

  // Neither typing nor choosing the mode adds an entry.
  await page.goBack();
  await expect(box(page)).toHaveValue("Hushwarren");
  await answered(page, { q: "Hushwarren", mode: "By words" });
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(radio(page, "By words")).toBeChecked();

  await page.goForward();
  await expect(box(page)).toHaveValue("Palisgrove");
  await expect(radio(page, "By both")).toBeChecked();
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
  await search(page, "Hushwarren", "By words");
  await page.reload();
  await answered(page, { q: "Hushwarren", mode: "By words" });
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(radio(page, "By words")).toBeChecked();
  await expect(names(page).first()).toHaveText("Hushwarren");
});
