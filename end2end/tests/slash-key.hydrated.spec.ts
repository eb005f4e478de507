// `/` focuses the search field from anywhere, but is an ordinary character in a text field.

import { box, names } from "../support/search-page";
import { expect, test } from "../support/test";

test("the slash focuses the field, with its text ready to be replaced", async ({ page, open }) => {
  await open("/?q=Snoutlodge&mode=text");
  await expect(box(page)).not.toBeFocused();
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue("Snoutlodge");
  await page.keyboard.type("Hushwarren");
  await page.keyboard.press("Enter");
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("a slash can be typed, and Escape leaves the field as it is", async ({ page, open }) => {
  await open("/");
  await page.keyboard.press("/");
  await page.keyboard.type("24/7");
  await expect(box(page)).toHaveValue("24/7");
  await page.keyboard.press("Escape");
  await expect(box(page)).not.toBeFocused();
  await expect(box(page)).toHaveValue("24/7");
});
