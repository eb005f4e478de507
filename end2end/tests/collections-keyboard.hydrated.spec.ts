// Importing a file as a collection and deleting it, without a mouse.

import {
  books,
  deleteButton,
  dialog,
  entry,
  facet,
  file,
  fileField,
  heading,
  importButton,
  nameField,
  opened,
  preview,
  role,
  unique,
} from "../support/collections-page";
import { expect, test } from "../support/test";

test("a collection is made and deleted by keys alone", async ({ page, open }) => {
  const name = unique("keys");
  await open("/collections");
  await fileField(page).focus();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Space");
  await (await chooser).setFiles(file(`${name}.csv`, books));
  await expect(preview(page)).toBeVisible();

  await fileField(page).focus();
  const stops = [
    preview(page),
    page.getByText("How each field will be used"),
    nameField(page),
    role(page, "Title"),
    role(page, "Text"),
    role(page, "Link"),
    role(page, "Picture"),
    role(page, "Id"),
    page.locator("summary", { hasText: "More text fields" }),
    page.getByLabel("Language"),
    facet(page, "headline"),
    facet(page, "story"),
    facet(page, "year"),
    facet(page, "shelf"),
    importButton(page),
  ];
  for (const stop of stops) {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused();
    if (stop === stops[3]) {
      // The first letter selects the option, as in every menu.
      await page.keyboard.press("h");
      await expect(stop).toHaveValue("headline");
    }
  }
  await page.keyboard.press("Enter");
  await opened(page, name);

  await open("/collections");
  await deleteButton(page, name).focus();
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(dialog(page).getByRole("button", { name: "Delete collection" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(entry(page, name)).toHaveCount(0);
  await expect(heading(page)).toBeFocused();
});
