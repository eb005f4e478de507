// What can be opened on the pages with JavaScript: panels, lists and dialogs.

import { expect, type Page } from "@playwright/test";
import { chooseFile, books, deleteButton, dialog, entry, file, fileField, unique } from "./collections-page";
import { explained, type Face } from "./pages";
import { box, facetButton, openFacet } from "./search-page";
import { shelved } from "./shelf";
import { panel } from "./why";

export interface Opened {
  name: string;
  path: Face["path"];
  /** Opens it, and waits until it is there. */
  open: (page: Page) => Promise<void>;
  logs?: RegExp;
}

/** Books with facets of every kind, two of which are chosen. */
const bread: Face["path"] = async (request) => {
  const { name } = await shelved(request);
  return `/c/${name}?q=bread&mode=text&filter=year:1950..&filter=shelf:Kitchen`;
};

const facets = ["Shelf", "Year", "Lent"].map((facet) => ({
  name: `the panel of ${facet}`,
  path: bread,
  open: async (page: Page) => {
    await openFacet(page, facet);
  },
}));

const whole = ["neural", "text", "hybrid"].map((mode) => ({
  name: `every word of an explanation, mode ${mode}`,
  path: explained("page", mode),
  open: async (page: Page) => {
    await panel(page).getByText("Every word with its share").click();
    await expect(panel(page).getByRole("table").first()).toBeVisible();
  },
}));

/** What opens on the page of collections. */
const collections: Record<string, (page: Page) => Promise<void>> = {
  "a file's first records": async (page) => {
    await chooseFile(page, file(`${unique("x")}.csv`, books));
  },
  "broken lines": async (page) => {
    const wide = Array.from({ length: 12 }, (_, at) => `a_rather_long_field_name_${at}`).join(",");
    await chooseFile(page, file(`${"long-name-of-a-file".repeat(8)}.csv`, `${wide}\n${wide}\nx\n`));
  },
  "a name that exists": async (page) => {
    await chooseFile(page, file("sample.csv", books));
  },
  "a file that cannot be read": async (page) => {
    await fileField(page).setInputFiles(file("empty.jsonl", ""));
    await expect(page.getByRole("alert").filter({ hasText: "empty.jsonl" })).toBeVisible();
  },
  "the fields of a collection": async (page) => {
    await entry(page, "sample").getByText("Fields", { exact: true }).click();
    await expect(entry(page, "sample").getByRole("definition").first()).toBeVisible();
  },
  "the form for a name": async (page) => {
    await page.getByRole("button", { name: "Rename sample", exact: true }).click();
    await expect(dialog(page).getByLabel("New name")).toBeVisible();
  },
  "the settings": async (page) => {
    await page.getByRole("button", { name: "Settings of sample", exact: true }).click();
    await expect(dialog(page).getByRole("form", { name: "Settings" })).toBeVisible();
  },
  "a snapshot to restore": async (page) => {
    await fileField(page).setInputFiles(file("sample.parallax", "x"));
    await expect(page.getByRole("form", { name: "Restore a collection" })).toBeVisible();
  },
  "the question before a deletion": async (page) => {
    await deleteButton(page, "sample").click();
    await expect(dialog(page)).toBeVisible();
  },
};

export const everythingOpened: Opened[] = [
  {
    name: "the suggestions",
    path: "/",
    open: async (page) => {
      await box(page).pressSequentially("s");
      await expect(page.getByRole("listbox", { name: "Suggestions" })).toBeVisible();
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "the list of keys",
    path: "/?q=goat",
    open: async (page) => {
      await page.getByRole("button", { name: "Keys" }).click();
      await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
    },
  },
  {
    name: "the times of an answer",
    path: "/?q=goat",
    open: async (page) => {
      await page.locator(".timing summary").click();
      await expect(page.locator(".stage").first()).toBeVisible();
    },
  },
  {
    name: "the menu to share",
    path: "/?q=goat",
    open: async (page) => {
      await page.locator(".share summary").click();
      await expect(page.locator(".share-menu")).toBeVisible();
    },
  },
  {
    name: "the tray of gathered records",
    path: "/?q=goat",
    open: async (page) => {
      await page.getByRole("button", { name: /^More like this/ }).first().click();
      await page.getByRole("button", { name: /^Less like this/ }).nth(1).click();
      await expect(page.getByRole("region", { name: "Gathered records" })).toBeVisible();
    },
  },
  {
    name: "the collections to switch to",
    path: bread,
    open: async (page) => {
      await page.locator(".switch-menu > summary").click();
      await expect(page.locator(".switch-menu").getByRole("link").first()).toBeVisible();
    },
  },
  {
    name: "the panel of City, over few results",
    path: "/?q=Hushwarren&mode=text",
    open: async (page) => {
      await facetButton(page, "City").click();
    },
  },
  ...facets,
  ...whole,
  ...Object.entries(collections).map(([name, open]) => ({
    name,
    path: "/collections",
    open,
    // The status of the refused file.
    logs: /status of 4\d\d/,
  })),
];
