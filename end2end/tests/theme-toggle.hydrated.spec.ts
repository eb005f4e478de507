// Readers can choose a theme other than the system's, and the choice persists.

import { expectTheme } from "../support/brightness";
import { expect, test } from "../support/test";

for (const system of ["light", "dark"] as const) {
  const other = system === "light" ? "dark" : "light";
  test.describe(`where the system is ${system}`, () => {
    test.use({ colorScheme: system });

    test("every click changes the theme, from the first on, and it is kept", async ({ page, open }) => {
      await open("/");
      await expectTheme(page, system);
      const toggle = page.getByRole("button", { name: /^Theme/ });
      await expect(toggle).toHaveAccessibleName(new RegExp(`^Theme: ${system}`));
      await toggle.click();
      await expectTheme(page, other);
      await expect(toggle).toHaveAccessibleName(new RegExp(`^Theme: ${other}`));

      await open("/about");
      await expectTheme(page, other);
      await expect(toggle).toHaveAccessibleName(new RegExp(`^Theme: ${other}`));

      await toggle.click();
      await expectTheme(page, system);
      // From here on, the page follows the system again.
      await page.emulateMedia({ colorScheme: other });
      await expectTheme(page, other);
      await toggle.click();
      await expectTheme(page, system);
    });
  });
}
