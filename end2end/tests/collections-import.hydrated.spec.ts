// From a file in the browser to a searchable collection: choose or drop the file, map its fields,
// watch the import, and find its records by meaning and by words.

import {
  books,
  chooseFile,
  deleteButton,
  dropFile,
  entry,
  facet,
  file,
  form,
  furtherTexts,
  importButton,
  nameField,
  opened,
  preview,
  replace,
  role,
  told,
  unique,
} from "../support/collections-page";
import { cards, facetButton, names, search } from "../support/search-page";
import { expect, test } from "../support/test";

const ways = { chosen: chooseFile, dropped: dropFile };

for (const [way, give] of Object.entries(ways)) {
  test(`a ${way} file becomes a collection`, async ({ page, open }) => {
    const name = unique("books");
    await open("/collections");
    await give(page, file(`${name}.csv`, books));
    await expect(nameField(page)).toHaveValue(name);

    await role(page, "Title").selectOption("headline");
    await role(page, "Text").selectOption("story");
    await role(page, "Link").selectOption("none");
    await facet(page, "shelf").check();
    await importButton(page).click();
    await opened(page, name);

    await search(page, "astronomy for beginners");
    await expect(names(page).first()).toHaveText("A window on the heavens");
    await expect(cards(page)).toHaveCount(3);
    await search(page, "bowlines", "By words");
    await expect(names(page)).toHaveText(["Ropework"]);
    await expect(facetButton(page, "Shelf")).toBeVisible();
  });
}

test("the first records are shown as text, cut where they are long", async ({ page, open }) => {
  const long = "word ".repeat(200);
  await open("/collections");
  await chooseFile(page, file(`${unique("x")}.csv`, `${books}Long,${long},2000,<i>Shelf</i>\n`));
  const table = preview(page).getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["headline", "story", "year", "shelf"]);
  await expect(table.getByRole("cell", { name: "Sourdough from scratch" })).toBeVisible();
  await expect(table.getByText("Sport & <b>leisure</b>")).toBeVisible();
  await expect(table.locator("b, i")).toHaveCount(0);
  await expect(table).not.toContainText(long.trim());
});

test("JSON lines are read too", async ({ page, open }) => {
  const name = unique("lines");
  const lines = [
    { head: "Tea", body: "Leaves, water and patience." },
    { head: "Coffee", body: "Beans, roasted and ground." },
  ];
  await open("/collections");
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  await chooseFile(page, file(`${name}.jsonl`, text));
  await role(page, "Title").selectOption("head");
  await role(page, "Text").selectOption("body");
  await importButton(page).click();
  await opened(page, name);
  await search(page, "coffee", "By words");
  await expect(names(page)).toHaveText(["Coffee"]);
});

test("what each field is taken for is told with a reason", async ({ page, open }) => {
  await open("/collections");
  await chooseFile(page, file(`${unique("told")}.csv`, books));
  await expect(told(page)).toHaveCount(4);
  await expect(told(page).filter({ hasText: "headline" })).toContainText("title: its name says so");
  await expect(told(page).filter({ hasText: "story" })).toContainText("text: its name says so");
  await expect(told(page).filter({ hasText: "year" })).toContainText("number facet: all its values are numbers");
});

test("several texts are taken, and fields within objects", async ({ page, open }) => {
  const name = unique("texts");
  const lines = [
    { head: "Tea", about: { short: "", long: "Leaves, water and patience." } },
    { head: "Coffee", about: { short: "Roasted beans.", long: "Ground, and boiled in a copper pot." } },
  ];
  await open("/collections");
  await chooseFile(page, file(`${name}.jsonl`, lines.map((line) => JSON.stringify(line)).join("\n")));
  await role(page, "Title").selectOption("head");
  await role(page, "Text").selectOption("about.short");
  await page.getByText("More text fields").first().click();
  await furtherTexts(page).getByRole("checkbox", { name: "about.long" }).check();
  await importButton(page).click();
  await opened(page, name);
  await search(page, "copper", "By words");
  await expect(names(page)).toHaveText(["Coffee"]);
  await search(page, "patience", "By words");
  await expect(cards(page).first()).toContainText("Leaves, water");
});

test("a new collection stands in the list", async ({ page, open }) => {
  const name = unique("listed");
  await open("/collections");
  await expect(deleteButton(page, name)).toHaveCount(0);
  await chooseFile(page, file(`${name}.csv`, books));
  await role(page, "Title").selectOption("headline");
  await importButton(page).click();
  await opened(page, name);
  await page.getByRole("link", { name: "Collections" }).click();
  await expect(entry(page, name)).toContainText("3 records");
  await expect(form(page)).toHaveCount(0);
});

test("without a title or a text there is nothing to import", async ({ page, open }) => {
  await open("/collections");
  await chooseFile(page, file(`${unique("none")}.csv`, books));
  await role(page, "Title").selectOption("none");
  await role(page, "Text").selectOption("none");
  await importButton(page).click();
  await expect(page.getByRole("alert").filter({ hasText: "title" })).toBeVisible();
  await expect(form(page)).toBeVisible();
});

test("a name that cannot be one is not sent", async ({ page, open }) => {
  await open("/collections");
  await chooseFile(page, file(`${unique("name")}.csv`, books));
  for (const name of ["", "-x", "a/b", "mit Leerzeichen", "ü"]) {
    await nameField(page).fill(name);
    await importButton(page).click();
    await expect(nameField(page)).toBeFocused();
    await expect(form(page)).toBeVisible();
  }
  await expect(replace(page)).toHaveCount(0);
});
