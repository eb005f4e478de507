// A slider that is moved by the keyboard stays focused, though the list around it is drawn anew.

import { hitsOf } from "../support/api";
import { expect, test } from "../support/test";
import { panel } from "../support/why";

test("several steps can be taken on a slider", async ({ page, open }) => {
  const asked = { q: "milk", mode: "text" };
  const [hit] = await hitsOf(page.request, asked);
  await open(`/?${new URLSearchParams(asked)}&explain=${hit?.id}`);
  const before = await page.evaluate(() => history.length);
  const b = panel(page).getByRole("slider", { name: /^b/ });
  await b.focus();
  for (const value of ["0.7", "0.65", "0.6"]) {
    await page.keyboard.press("ArrowLeft");
    await expect(page).toHaveURL(new RegExp(`[?&]b=${value}(&|$)`));
    await expect(b).toHaveValue(value);
    await expect(b).toBeFocused();
  }
  // It refines the search that is there, instead of adding to the history.
  expect(await page.evaluate(() => history.length)).toBe(before);
});
