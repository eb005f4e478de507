// A collection's snapshot is downloaded, and restored from the same page.

import { readFileSync } from "node:fs";
import { entry, file, fileField, made, nameField, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("a snapshot is restored as another collection", async ({ page, open, request }) => {
  const [name, copy] = [unique("kept"), unique("copy")];
  await made(request, name);
  await open("/collections");
  const downloading = page.waitForEvent("download");
  await entry(page, name).getByRole("link", { name: `Download a snapshot of ${name}` }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe(`${name}.parallax`);
  const buffer = readFileSync(await download.path());

  await fileField(page).setInputFiles({
    name: download.suggestedFilename(),
    mimeType: "application/octet-stream",
    buffer,
  });
  const form = page.getByRole("form", { name: "Restore a collection" });
  await expect(nameField(page)).toHaveValue(name);
  await expect(form.getByRole("checkbox", { name: "Replace the existing collection" })).toBeVisible();
  await nameField(page).fill(copy);
  await expect(form.getByRole("checkbox")).toHaveCount(0);
  await form.getByRole("button", { name: "Restore" }).click();
  await expect(entry(page, copy)).toContainText("3 records", { timeout: 20_000 });
  await expect(page.getByRole("status").filter({ hasText: "was restored" })).toBeVisible();

  const answers = [name, copy].map(async (of) => {
    const response = await request.get(`/api/v1/collections/${of}/search?q=bread&mode=hybrid`);
    return (await response.json()).hits;
  });
  const [original, restored] = await Promise.all(answers);
  expect(restored).toEqual(original);
});

test.describe("a file that is no snapshot", () => {
  // The browser itself logs the answer's status.
  test.use({ expectedError: /status of 400/ });

  test("is refused", async ({ page, open, request }) => {
    const name = unique("none");
    await open("/collections");
    await fileField(page).setInputFiles(file(`${name}.parallax`, "no snapshot"));
    const form = page.getByRole("form", { name: "Restore a collection" });
    await form.getByRole("button", { name: "Restore" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "no snapshot" })).toBeVisible();
    expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(404);
  });
});
