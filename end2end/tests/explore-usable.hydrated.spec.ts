// Everybody can use the pages of exploring and of the lab, in either theme, wide and narrow.

import { explored } from "../support/explore-page";
import { expect, test } from "../support/test";
import { expectUsable } from "../support/usable";

const pages = {
  explore: ["/explore", ".explore-card"],
  "the lab": ["/lab?q=goat+milk+delivered&change=synonym", ".lab-table"],
  "the empty lab": ["/lab", ".lab-examples"],
} as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test.describe(`${colorScheme}, ${viewport.width} wide`, () => {
      test.use({ colorScheme, viewport });
      for (const [name, [path, part]] of Object.entries(pages)) {
        test(`${name} can be used by everybody`, async ({ page, open }) => {
          await explored(page.request);
          await open(path);
          await expect(page.locator(part).first()).toBeVisible();
          await expectUsable(page);
        });
      }
    });
  }
}
