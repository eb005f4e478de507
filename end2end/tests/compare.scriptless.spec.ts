// Without JavaScript, the form compares, and its balance is sent by a button next to the slider.

import { comparing, hits, titles } from "../support/compare-page";
import { box, button, slider } from "../support/search-page";
import { expect, test } from "../support/test";

test("the form compares", async ({ page, open }) => {
  await open("/");
  await box(page).fill("wooden furniture");
  await page.locator("label").filter({ hasText: "Compare" }).click();
  await button(page).click();
  await expect(page).toHaveURL(/mode=compare/);
  await expect(page.locator(".compare-lines svg")).toBeVisible();
  await expect(page.locator(".compare-line")).not.toHaveCount(0);
});

test("the balance is applied by its button, and the filter stays", async ({ page, open }) => {
  const filter = "city:Berlin";
  await open(comparing("wooden furniture", { filter }));
  await slider(page).fill("0.2");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/balance=0\.2/);
  const expected = await hits(page.request, "wooden furniture", "hybrid", {
    filter,
    balance: "0.2",
  });
  await expect(titles(page, "By both")).toHaveText(expected);
});
