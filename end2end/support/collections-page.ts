// The page of collections by the names a person would give its parts, and files to import.
// All tests share one server: each names its collections as nobody else does.

import { randomUUID } from "node:crypto";
import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A name no other test has. */
export const unique = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;

/** A file to be chosen or dropped. */
export const file = (name: string, text: string): Upload => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

/** Three books, of which each is found by meaning and by a word of its own. */
export const books = [
  "headline,story,year,shelf",
  '"Sourdough from scratch","Baking bread at home with a starter, flour and a hot oven.",2019,Kitchen',
  '"A window on the heavens","Galaxies, nebulae and how to find planets with a small telescope.",2003,Science',
  '"Ropework","Bowlines, hitches and splices for people who sail.",1998,"Sport & <b>leisure</b>"',
  "",
].join("\n");

export const heading = (page: Page): Locator =>
  page.getByRole("heading", { level: 1, name: "Collections" });

/** A collection's entry in the list. */
export const entry = (page: Page, name: string): Locator =>
  page
    .getByRole("list", { name: "Collections" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name, exact: true }) });

export const fileField = (page: Page): Locator => page.getByLabel("Drop a file here");

export const preview = (page: Page): Locator => page.getByRole("region", { name: "First records" });

export const form = (page: Page): Locator => page.getByRole("form", { name: "New collection" });

export const nameField = (page: Page): Locator => page.getByLabel("Name of the collection");

export const role = (page: Page, name: "Title" | "Text" | "Link" | "Picture" | "Id"): Locator =>
  form(page).getByRole("combobox", { name, exact: true });

/** What is said of each field before it is imported. */
export const told = (page: Page): Locator =>
  page.locator("details", { has: page.getByText("What each field is taken for") }).getByRole("listitem");

/** The ticks for texts beyond the first. */
export const furtherTexts = (page: Page): Locator =>
  page.getByRole("group", { name: "Further texts" });

export const facet = (page: Page, name: string): Locator =>
  page.getByRole("group", { name: "Fields to filter by" }).getByRole("checkbox", { name });

export const replace = (page: Page): Locator =>
  page.getByRole("checkbox", { name: "Replace the existing collection" });

export const importButton = (page: Page): Locator =>
  form(page).getByRole("button", { name: "Import" });

/** What is said of the import: its progress, later its outcome. */
export const outcome = (page: Page): Locator => page.getByRole("region", { name: "Import", exact: true });

export const skippedLines = (page: Page): Locator =>
  page.getByRole("list", { name: "Skipped lines" }).getByRole("listitem");

export const dialog = (page: Page): Locator => page.getByRole("dialog");

export const deleteButton = (page: Page, name: string): Locator =>
  page.getByRole("button", { name: `Delete ${name}`, exact: true });

/** Chooses a file and waits until its beginning was read. */
export async function chooseFile(page: Page, upload: Upload): Promise<void> {
  await fileField(page).setInputFiles(upload);
  await expect(preview(page)).toBeVisible();
}

/** Drops a file on the zone, as the browser tells it. */
export async function dropFile(page: Page, upload: Upload): Promise<void> {
  const text = upload.buffer.toString("utf8");
  const dataTransfer = await page.evaluateHandle(
    ({ name, text }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    { name: upload.name, text },
  );
  const zone = page.getByText("Drop a file here, or choose one");
  await zone.dispatchEvent("dragover", { dataTransfer });
  await zone.dispatchEvent("drop", { dataTransfer });
  await expect(preview(page)).toBeVisible();
}

/** Waits until the search page of a collection is open by itself. */
export async function opened(page: Page, name: string): Promise<void> {
  await expect(page).toHaveURL((url) => url.pathname === `/c/${name}`, { timeout: 20_000 });
}

/** Has a collection made through the API, and waits until it answers. */
export async function made(
  request: APIRequestContext,
  name: string,
  text = books,
): Promise<void> {
  const parameters = "file=books.csv&title=headline&text=story&facet=shelf";
  const response = await request.post(`/api/v1/collections/${name}/import?${parameters}`, {
    headers: { "content-type": "application/octet-stream" },
    data: Buffer.from(text),
  });
  expect(response.status(), await response.text()).toBe(202);
  const { task } = await response.json();
  await expect(async () => {
    const { state } = await (await request.get(`/api/v1/tasks/${task.id}`)).json();
    expect(state).toBe("done");
  }).toPass({ timeout: 20_000 });
}
