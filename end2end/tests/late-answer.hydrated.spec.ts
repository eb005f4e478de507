// A late answer never replaces a newer one.

import type { Request } from "@playwright/test";
import { box, names, searched } from "../support/search-page";
import { expect, test } from "../support/test";

test("an answer that comes late changes nothing", async ({ page, open }) => {
  await open("/?q=Snoutlodge&mode=text");
  await expect(names(page).first()).toHaveText("Snoutlodge");

  // The first request's answer is fetched, then held back until the second one has been drawn.
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const asked: Request[] = [];
  await page.route("**/fn/search?**", async (route, request) => {
    const { q, unfinished } = searched(request.url());
    // What is typed on the way is answered at once.
    if (q !== "Hushwarren" || unfinished) {
      await route.continue();
      return;
    }
    asked.push(request);
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  });

  await box(page).fill("Hushwarren");
  await box(page).press("Enter");
  await expect.poll(() => asked.length).toBe(1);
  const [first] = asked;
  const over = Promise.race([
    page.waitForEvent("requestfinished", (request) => request === first),
    page.waitForEvent("requestfailed", (request) => request === first),
  ]);

  await box(page).fill("Palisgrove");
  await box(page).press("Enter");
  await expect(names(page).first()).toHaveText("Palisgrove");
  release();
  await over;
  // Wait two frames, so that anything it would draw has been drawn.
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await expect(names(page).first()).toHaveText("Palisgrove");
  await expect(box(page)).toHaveValue("Palisgrove");
});
