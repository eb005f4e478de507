// Where the server wants a key for changes, the page asks for it first and offers them afterwards.

import { deleteButton, dialog, entry, fileField, made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("changes are offered once the key is given", async ({ page, open, request }) => {
  const name = unique("keyed");
  await made(request, name);
  // The server of these tests wants no key, so the page is told that it does.
  await page.route("**/fn/access*", (route) => route.fulfill({ json: "WithKey" }));
  await open("/about");
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Collections" })
    .click();
  await expect(entry(page, name)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Changes need a key" })).toBeVisible();
  await expect(deleteButton(page, name)).toHaveCount(0);
  await expect(fileField(page)).toHaveCount(0);

  await page.getByLabel("API key").fill("open sesame");
  await page.getByRole("button", { name: "Use this key" }).click();
  await expect(fileField(page)).toBeVisible();
  const deleting = page.waitForRequest((asked) => asked.method() === "DELETE");
  await deleteButton(page, name).click();
  await dialog(page).getByRole("button", { name: "Delete collection" }).click();
  expect((await deleting).headers()["authorization"]).toBe("Bearer open sesame");
  await expect(entry(page, name)).toHaveCount(0);

  // A link cannot send the key, so the snapshot is fetched with it.
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download a snapshot of sample" }).click();
  expect((await downloading).suggestedFilename()).toBe("sample.parallax");
});
