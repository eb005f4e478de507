// The README's screenshots, in both themes. Each shows the window's content as first seen.

import type { Locator, Page } from "@playwright/test";
import { told } from "./support/compare-page";
import { cards } from "./support/search-page";
import { expect, test } from "./support/test";
import { panel } from "./support/why";

interface Picture {
  path: string;
  /** What must be there before the picture is taken. */
  shows: (page: Page) => Locator;
  viewport?: { width: number; height: number };
}

const title = (page: Page): Locator => page.getByRole("heading", { level: 1 });
const results = { path: "/?q=wooden+furniture", shows: (page: Page) => cards(page).first() };

const pictures: Record<string, Picture> = {
  search: results,
  phone: { ...results, viewport: { width: 390, height: 844 } },
  compare: { path: "/?q=teach+children+to+code&mode=compare", shows: told },
  why: { path: "/?q=teach+children+to+code&explain=234", shows: panel },
  explore: { path: "/explore", shows: title },
  // With a seed, so that the draft is the same each time.
  judge: {
    path: "/judge?q=teach+children+to+code&a=neural&b=text&seed=3",
    shows: (page) => page.getByRole("checkbox").first(),
  },
  map: { path: "/map?q=wooden+furniture", shows: (page) => page.getByRole("main").locator("canvas").first() },
  collections: { path: "/collections", shows: (page) => page.getByRole("list", { name: "Collections" }) },
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const [name, { path, shows, viewport = { width: 1280, height: 900 } }] of Object.entries(pictures)) {
    test.describe(() => {
      test.use({ viewport, colorScheme });
      test(`the picture “${name}”, ${colorScheme}`, async ({ page, open }) => {
        await open(path);
        await expect(shows(page)).toBeVisible();
        await page.waitForLoadState("networkidle");
        await still(page);
        await page.screenshot({ path: `screenshots/${name}-${colorScheme}.png`, animations: "disabled" });
      });
    });
  }
}

/** Waits until two pictures in a row are the same: what is drawn on a canvas comes in by and by. */
async function still(page: Page): Promise<void> {
  let before = "";
  await expect(async () => {
    const now = (await page.screenshot({ animations: "disabled" })).toString("base64");
    const same = now === before;
    before = now;
    expect(same).toBe(true);
  }).toPass({ intervals: [300] });
}
