// Readers can choose a theme other than the system's, and the choice persists.

import { expectTheme } from "../support/brightness";
import { expect, test } from "../support/test";

test.use({ colorScheme: "light" });

test("a chosen theme is applied and kept", async ({ page, open }) => {
  await open("/");
  await expectTheme(page, "light");
  const toggle = page.getByRole("button", { name: /^Theme/ });
  await toggle.click();
  await toggle.click();
  await expect(toggle).toHaveAccessibleName(/^Theme: dark/);
  await expectTheme(page, "dark");

  await open("/about");
  await expectTheme(page, "dark");
  await expect(toggle).toHaveAccessibleName(/^Theme: dark/);

  await toggle.click();
  await expect(toggle).toHaveAccessibleName(/^Theme: system/);
  await expectTheme(page, "light");
});
