// The arrow keys cycle through the modes, as in any group of radio buttons.

import { answered, radio } from "../support/search-page";
import { expect, test } from "../support/test";

test("the arrow keys change the mode and keep the focus", async ({ page, open }) => {
  await open("/?q=Hushwarren");
  await radio(page, "By both").focus();
  // From the last one to the first.
  for (const mode of ["By meaning", "By words"] as const) {
    await page.keyboard.press("ArrowRight");
    await answered(page, { q: "Hushwarren", mode });
    await expect(radio(page, mode)).toBeFocused();
  }
});
