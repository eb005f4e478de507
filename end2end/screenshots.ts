// The README's screenshots. Each shows the window's content as first seen.

import type { Locator, Page } from "@playwright/test";
import { cards } from "./support/search-page";
import { expect, test } from "./support/test";

const results = "/?q=wooden+furniture&mode=hybrid";
const compared = "/?q=teach+children+to+code&mode=compare";
const explained = "/?q=teach+children+to+code&explain=234";
const judged = "/judge?q=teach+children+to+code&a=neural&b=text&seed=3";
const wide = { width: 1280, height: 900 };

const pictures = {
  wide: { path: results, viewport: wide, colorScheme: "light" },
  dark: { path: results, viewport: wide, colorScheme: "dark" },
  phone: { path: results, viewport: { width: 390, height: 844 }, colorScheme: "light" },
  start: { path: "/", viewport: wide, colorScheme: "light" },
  compare: { path: compared, viewport: wide, colorScheme: "light" },
  why: { path: explained, viewport: wide, colorScheme: "dark" },
  judge: { path: judged, viewport: wide, colorScheme: "light" },
  collections: { path: "/collections", viewport: wide, colorScheme: "light" },
} as const;

for (const [name, { path, viewport, colorScheme }] of Object.entries(pictures)) {
  test.describe(() => {
    test.use({ viewport, colorScheme });
    test(`the picture “${name}”`, async ({ page, open }) => {
      await open(path);
      await expect(content(page, path)).toBeVisible();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `screenshots/${name}.png`, animations: "disabled" });
    });
  });
}

/** What must be there before the picture is taken. */
function content(page: Page, path: string): Locator {
  switch (path) {
    case "/":
      return page.getByText("Try one of these");
    case compared:
      return page.getByRole("region", { name: "By both", exact: true });
    case judged:
      return page.getByRole("checkbox").first();
    case "/collections":
      return page.getByRole("list", { name: "Collections" });
    default:
      return cards(page).first();
  }
}
