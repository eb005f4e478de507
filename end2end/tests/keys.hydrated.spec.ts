// The keys of the page: a dialog lists them, and the arrow keys go through the results.

import { box, cards } from "../support/search-page";
import { expect, test } from "../support/test";

test("the question mark opens the list of keys, and Escape closes it", async ({ page, open }) => {
  await open("/");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("go to the search field");
  // Keys of the page below do nothing.
  await page.keyboard.press("/");
  await expect(box(page)).not.toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  await box(page).focus();
  await page.keyboard.type("why?");
  await expect(dialog).toBeHidden();
  await expect(box(page)).toHaveValue("why?");
});

test("a button opens it too, on every page", async ({ page, open }) => {
  for (const path of ["/?q=goat", "/about", "/collections"]) {
    await open(path);
    await page.getByRole("button", { name: "Keys" }).click();
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await expect(dialog).toBeVisible();
    await dialog.getByRole("button", { name: "Close" }).click();
    await expect(dialog).toBeHidden();
  }
});

test("the slash is offered only where there is a field", async ({ page, open }) => {
  const hint = page.getByText(/^Press .* to search\.$/);
  await open("/");
  await expect(hint).toBeVisible();
  await open("/about");
  await expect(hint).toBeHidden();
  await page.keyboard.press("/");
  await expect(page).toHaveURL("/about");
  await page.getByRole("link", { name: "Parallax, home" }).click();
  await expect(hint).toBeVisible();
});

test("the arrow keys go through the results, and Enter opens one", async ({ page, open }) => {
  await open("/?q=goat&mode=text");
  await expect(cards(page).first()).toBeVisible();
  await box(page).focus();
  await page.keyboard.press("ArrowDown");
  // There may be suggestions first.
  await page.keyboard.press("Escape");
  await page.locator("#result-1").focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("#result-2")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("#result-1")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("#result-1")).toBeFocused();
});
