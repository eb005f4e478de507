// Where the server wants a key for changes, the page asks for it first and offers them afterwards.

import { deleteButton, dialog, entry, fileField, made, unique } from "../support/collections-page";
import { giveKey, keyed } from "../support/keyed";
import { keys } from "../support/server";
import { expect } from "../support/test";

keyed("changes are offered once the key is given", async ({ page, open, owner, request }) => {
  const name = unique("keyed");
  await made(owner, name);
  await open("/about");
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Collections" })
    .click();
  await expect(entry(page, name)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Changes need a key" })).toBeVisible();
  await expect(deleteButton(page, name)).toHaveCount(0);
  await expect(fileField(page)).toHaveCount(0);
  // What is not offered is also refused.
  expect((await request.delete(`/api/v1/collections/${name}`)).status()).toBe(401);

  await giveKey(page, keys.owner);
  await expect(fileField(page)).toBeVisible();
  await deleteButton(page, name).click();
  await dialog(page).getByRole("button", { name: "Delete collection" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(entry(page, name)).toHaveCount(0);
  expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(404);

  // A link cannot send the key, so the snapshot is fetched with it.
  expect((await request.get("/api/v1/collections/sample/snapshot")).status()).toBe(401);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download a snapshot of sample" }).click();
  expect((await downloading).suggestedFilename()).toBe("sample.parallax");
});
