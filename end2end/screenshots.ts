// The README's screenshots. Each shows the window's content as first seen.

import { cards } from "./support/search-page";
import { expect, test } from "./support/test";

const results = "/?q=wooden+furniture&mode=hybrid";
const wide = { width: 1280, height: 900 };

const pictures = {
  wide: { path: results, viewport: wide, colorScheme: "light" },
  dark: { path: results, viewport: wide, colorScheme: "dark" },
  phone: { path: results, viewport: { width: 390, height: 844 }, colorScheme: "light" },
  start: { path: "/", viewport: wide, colorScheme: "light" },
} as const;

for (const [name, { path, viewport, colorScheme }] of Object.entries(pictures)) {
  test.describe(() => {
    test.use({ viewport, colorScheme });
    test(`the picture “${name}”`, async ({ page, open }) => {
      await open(path);
      const content = path === "/" ? page.getByText("Try one of these") : cards(page).first();
      await expect(content).toBeVisible();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `screenshots/${name}.png`, animations: "disabled" });
    });
  });
}
