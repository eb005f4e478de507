// A collection is deleted only after a confirmation that says what will be removed.

import {
  deleteButton,
  dialog,
  entry,
  heading,
  made,
  unique,
} from "../support/collections-page";
import { giveKey, keyed } from "../support/keyed";
import { keys } from "../support/server";
import { alive, expect, test } from "../support/test";

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

keyed.describe("a server that wants a key", () => {
  // The browser itself logs the answers' status.
  keyed.use({ expectedError: /status of 40[13]/ });

  keyed("is given one", async ({ page, context, owner, request }) => {
    const name = unique("locked");
    await made(owner, name);
    // Somebody signed in needs no key on the page, until they sign out in another tab.
    await page.goto("/sign-in?to=/collections");
    await page.getByLabel("Key").fill(keys.owner);
    await page.getByRole("button", { name: "Sign in" }).click();
    await alive(page);
    await expect(deleteButton(page, name)).toBeVisible();
    const tab = await context.newPage();
    await tab.goto("/sign-in");
    await tab.getByRole("button", { name: "Sign out" }).click();
    await expect(tab.getByRole("button", { name: "Sign out" })).toHaveCount(0);

    await deleteButton(page, name).click();
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("needs a key of the service");
    await giveKey(dialog(page), "guessed");
    await expect(dialog(page).getByRole("alert")).toContainText("not a key of the service");
    expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(200);
    await giveKey(dialog(page), keys.owner);
    await expect(dialog(page)).toBeHidden();
    await expect(entry(page, name)).toHaveCount(0);
    expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(404);
  });

  keyed("says so if the key does not suffice, and takes another", async ({ page, open, owner }) => {
    const name = unique("half");
    await made(owner, name);
    await open("/collections");
    await giveKey(page, keys.writer);
    await deleteButton(page, name).click();
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("a key with the role admin");
    await expect(dialog(page).getByRole("alert")).toContainText("Another key may allow it");
    expect((await owner.get(`/api/v1/collections/${name}`)).status()).toBe(200);
    await giveKey(dialog(page), keys.owner);
    await expect(dialog(page)).toBeHidden();
    expect((await owner.get(`/api/v1/collections/${name}`)).status()).toBe(404);
  });
});

test.describe("a server that takes nothing from here", () => {
  // The browser itself logs the answer's status.
  test.use({ expectedError: /status of 403/ });

  test("says so", async ({ page, open, request }) => {
    const name = unique("far");
    await made(request, name);
    await open("/collections");
    // From now on, there is a proxy in front of the server.
    await page.setExtraHTTPHeaders({ "x-forwarded-for": "192.0.2.7" });
    await deleteButton(page, name).click();
    await dialog(page).getByRole("button", { name: "Delete collection" }).click();
    await expect(dialog(page).getByRole("alert")).toContainText("through a proxy");
    await expect(dialog(page).getByLabel("API key")).toHaveCount(0);
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await expect(entry(page, name)).toBeVisible();
    expect((await request.delete(`/api/v1/collections/${name}`)).ok()).toBe(true);
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
