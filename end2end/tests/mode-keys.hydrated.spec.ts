// The arrow keys cycle through the modes, as in any group of radio buttons.

import { answered, radio } from "../support/search-page";
import { expect, test } from "../support/test";

test("the arrow keys change the mode and keep the focus", async ({ page, open }) => {
  await open("/?q=Hushwarren&mode=neural");
  await radio(page, "By meaning").focus();
  for (const mode of ["By words", "By both"] as const) {
    await page.keyboard.press("ArrowRight");
    await answered(page, { q: "Hushwarren", mode });
    await expect(radio(page, mode)).toBeFocused();
  }
});
