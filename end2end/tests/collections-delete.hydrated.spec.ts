// A collection is deleted only after a confirmation that says what will be removed.

import {
  deleteButton,
  dialog,
  entry,
  heading,
  made,
  unique,
} from "../support/collections-page";
import { expect, test } from "../support/test";

test("the question can be declined, and answered", async ({ page, open, request }) => {
  const name = unique("gone");
  await made(request, name);
  await open("/collections");

  for (const decline of ["Cancel", "Escape"]) {
    await deleteButton(page, name).click();
    await expect(dialog(page)).toContainText(name);
    await expect(dialog(page)).toContainText("3 records");
    await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeFocused();
    if (decline === "Cancel") {
      await dialog(page).getByRole("button", { name: "Cancel" }).click();
    } else {
      await page.keyboard.press("Escape");
    }
    await expect(dialog(page)).toBeHidden();
    await expect(deleteButton(page, name)).toBeFocused();
  }

  await deleteButton(page, name).click();
  await dialog(page).getByRole("button", { name: "Delete collection" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(entry(page, name)).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: name })).toBeVisible();
  await expect(heading(page)).toBeFocused();
  expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(404);
  await expect(entry(page, "sample")).toBeVisible();
});

test.describe("a server that wants a key", () => {
  // The browser itself logs the answers' status.
  test.use({ expectedError: /status of 40[13]/ });

  const refuse = (code: string, status: number, message: string) => ({
    status,
    json: { error: { code, message } },
  });

  test("is given one", async ({ page, open, request }) => {
    const name = unique("locked");
    await made(request, name);
    await open("/collections");
    const keys: (string | undefined)[] = [];
    await page.route(`**/api/v1/collections/${name}?*`, async (route) => {
      const key = (await route.request().allHeaders())["authorization"];
      keys.push(key);
      await (key === "Bearer open sesame"
        ? route.fulfill({ status: 204 })
        : route.fulfill(refuse("unauthorized", 401, "this server wants an API key")));
    });
    await deleteButton(page, name).click();
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("wants an API key");
    await dialog(page).getByLabel("API key").fill("open sesame");
    await dialog(page).getByRole("button", { name: "Use this key" }).click();
    await expect(dialog(page)).toBeHidden();
    expect(keys).toEqual([undefined, "Bearer open sesame"]);
  });

  test("that takes nothing from here says so", async ({ page, open, request }) => {
    const name = unique("far");
    await made(request, name);
    await open("/collections");
    await page.route(`**/api/v1/collections/${name}?*`, (route) =>
      route.fulfill(refuse("forbidden", 403, "no changes from 192.0.2.7")),
    );
    await deleteButton(page, name).click();
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("no changes from 192.0.2.7");
    await expect(dialog(page).getByLabel("API key")).toHaveCount(0);
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await expect(entry(page, name)).toBeVisible();
  });
});

test.describe("an open dialog", () => {
  // The browser itself logs the answer's status.
  test.use({ expectedError: /status of 409/ });

  test("never deletes another collection", async ({ page, open, request }) => {
    const name = unique("bound");
    await made(request, name);
    await open("/collections");
    await deleteButton(page, name).click();
    await expect(dialog(page)).toContainText("3 records");

    // Another collection takes its place, and a third one changes the list.
    const marmalade = "headline,story\nMarmalade,Oranges and sugar boiled for hours.\n";
    await made(request, name, marmalade, { replace: "true" });

    await expect(dialog(page)).toContainText(name);
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("taken its place");
    expect((await (await request.get(`/api/v1/collections/${name}`)).json()).records).toBe(1);
  });
});
