// What is typed before hydration is not lost.

import { box, choose, names } from "../support/search-page";
import { alive, expect, test } from "../support/test";

test("what was typed early is kept and searched for", async ({ page }) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/", { waitUntil: "commit" });
  await box(page).fill("Hushwarren");
  await choose(page, "Full text");
  release();
  await alive(page);
  await expect(names(page).first()).toHaveText("Hushwarren");
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(page).toHaveURL(/q=Hushwarren&mode=text/);
});
