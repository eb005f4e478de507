// Importing under an existing name: the file's records are added to the existing ones or replace
// them, and the page says which.

import type { Page } from "@playwright/test";
import {
  chooseFile,
  file,
  form,
  importButton,
  made,
  nameField,
  opened,
  replace,
  role,
  unique,
} from "../support/collections-page";
import { cards, names, search } from "../support/search-page";
import { expect, test } from "../support/test";

const other = "headline,story\nMarmalade,Oranges and sugar boiled for hours.\n";

async function choose(page: Page, name: string): Promise<void> {
  await chooseFile(page, file(`${name}.csv`, other));
  await expect(nameField(page)).toHaveValue(name);
  await role(page, "Title").selectOption("headline");
  await role(page, "Text").selectOption("story");
}

test("only a name that exists is asked about", async ({ page, open, request }) => {
  const name = unique("asked");
  await made(request, name);
  await open("/collections");
  await choose(page, name);
  await expect(replace(page)).not.toBeChecked();
  await expect(form(page)).toContainText("records are added to it");
  await nameField(page).fill(`${name}-2`);
  await expect(replace(page)).toHaveCount(0);
});

test("a file's records join those that are there", async ({ page, open, request }) => {
  const name = unique("joined");
  await made(request, name);
  await open("/collections");
  await choose(page, name);
  await importButton(page).click();
  await opened(page, name);
  await search(page, "oranges", "By words");
  await expect(names(page)).toHaveText(["Marmalade"]);
  await search(page, "bowlines", "By words");
  await expect(names(page)).toHaveText(["Ropework"]);
});

test("a collection is replaced on purpose", async ({ page, open, request }) => {
  const name = unique("replaced");
  await made(request, name);
  await open("/collections");
  await choose(page, name);
  await replace(page).check();
  await importButton(page).click();
  await opened(page, name);
  await search(page, "jam");
  await expect(cards(page)).toHaveCount(1);
  await expect(names(page)).toHaveText(["Marmalade"]);
});
