// What is typed and chosen before hydration is not lost.

import { box, cards, choose, names, slider } from "../support/search-page";
import { expect, openedEarly, test } from "../support/test";

test("what was typed early is kept and searched for", async ({ page }) => {
  const live = await openedEarly(page, "/");
  await box(page).fill("Hushwarren");
  await choose(page, "By words");
  await live();
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(page).toHaveURL(/q=Hushwarren&mode=text/);
});

test("what was typed alone is enough", async ({ page }) => {
  const live = await openedEarly(page, "/");
  await box(page).fill("Hushw");
  await live();
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(box(page)).toHaveValue("Hushw");
});

test("a slider that was moved early counts", async ({ page }) => {
  const live = await openedEarly(page, "/?q=solar+panels");
  await slider(page).fill("0.8");
  await live();
  await expect(page).toHaveURL(/balance=0\.8/);
  await expect(slider(page)).toHaveValue("0.8");
});

test("a page that nobody touched is left as it is", async ({ page }) => {
  const path = "/?q=solar+panels&filter=city%3ALagos&balance=0.3";
  const live = await openedEarly(page, path);
  await live();
  await expect(cards(page).first()).toBeVisible();
  await expect(page).toHaveURL(path);
});
