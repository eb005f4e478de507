// The menu of collections closes as menus do.

import { made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("Escape and a click elsewhere close the menu", async ({ page, open, request }) => {
  const name = unique("switch");
  await made(request, name);
  await open("/?q=milk");
  const menu = page.locator(".switch-menu");
  const other = menu.getByRole("link", { name, exact: true });
  await menu.locator("summary").click();
  await expect(other).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(other).toBeHidden();
  await expect(menu.locator("summary")).toBeFocused();

  await menu.locator("summary").click();
  await expect(other).toBeVisible();
  await page.getByRole("contentinfo").click();
  await expect(other).toBeHidden();
  await request.delete(`/api/v1/collections/${name}`);
});
