// The page follows the system's theme, even when it changes.

import { expectTheme } from "../support/brightness";
import { test } from "../support/test";

test("the page is as light or dark as the system", async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open("/?q=solar+panels");
  await expectTheme(page, "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expectTheme(page, "light");
});
