// The collections page's parts by user-facing names, and files to import. All tests share one
// server, so each uses unique collection names.

import { randomUUID } from "node:crypto";
import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A name that no other test uses. */
export const unique = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;

/** A file to choose or drop. */
export const file = (name: string, text: string): Upload => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

/** Three books, each of which can be found by meaning and by a unique word. */
export const books = [
  "headline,story,year,shelf",
  '"Sourdough from scratch","Baking bread at home with a starter, flour and a hot oven.",2019,Kitchen',
  '"A window on the heavens","Galaxies, nebulae and how to find planets with a small telescope.",2003,Science',
  '"Ropework","Bowlines, hitches and splices for people who sail.",1998,"Sport & <b>leisure</b>"',
  "",
].join("\n");

/** A file that takes a while to import. */
export const long = (name: string): Upload => {
  const story = "a long way through woods and over hills to the sea and back again ".repeat(6);
  const rows = Array.from({ length: 4_000 }, (_, at) => `Chapter ${at},${at} ${story}`);
  return file(`${name}.csv`, ["headline,story", ...rows].join("\n"));
};

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

/** The notes on each field before the import. */
export const told = (page: Page): Locator =>
  page.locator("details", { has: page.getByText("How each field will be used") }).getByRole("listitem");

/** The checkboxes for text fields beyond the first. */
export const furtherTexts = (page: Page): Locator =>
  page.getByRole("group", { name: "More text fields" });

export const facet = (page: Page, name: string): Locator =>
  page.getByRole("group", { name: "Fields to filter by" }).getByRole("checkbox", { name });

export const replace = (page: Page): Locator =>
  page.getByRole("checkbox", { name: "Replace the existing collection" });

export const importButton = (page: Page): Locator =>
  form(page).getByRole("button", { name: "Import" });

/** The import panel: its progress, later its outcome. */
export const outcome = (page: Page): Locator => page.getByRole("region", { name: "Import", exact: true });

export const skippedLines = (page: Page): Locator =>
  page.getByRole("list", { name: "Skipped lines" }).getByRole("listitem");

export const dialog = (page: Page): Locator => page.getByRole("dialog");

export const deleteButton = (page: Page, name: string): Locator =>
  page.getByRole("button", { name: `Delete ${name}`, exact: true });

/** Chooses a file and waits for its preview. */
export async function chooseFile(page: Page, upload: Upload): Promise<void> {
  await fileField(page).setInputFiles(upload);
  await expect(preview(page)).toBeVisible();
}

/** Starts the import of a file with headlines and stories. */
export async function begin(page: Page, upload: Upload): Promise<void> {
  await chooseFile(page, upload);
  await role(page, "Title").selectOption("headline");
  await role(page, "Text").selectOption("story");
  await importButton(page).click();
}

/** Drops a file on the zone by dispatching the browser's events. */
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

/** Waits until the page has moved on to the collection's search page by itself. */
export async function opened(page: Page, name: string): Promise<void> {
  await expect(page).toHaveURL((url) => url.pathname === `/c/${name}`, { timeout: 20_000 });
}

/** Creates a collection of books through the API, and waits until it can be searched. */
export const made = (
  request: APIRequestContext,
  name: string,
  text = books,
  more: Record<string, string> = { facet: "shelf" },
): Promise<void> => imported(request, name, file("books.csv", text), more);

/** Imports a file through the API, and waits until it can be searched. */
export async function imported(
  request: APIRequestContext,
  name: string,
  upload: Upload,
  more: Record<string, string>,
): Promise<void> {
  const id = await started(request, name, upload, more);
  await expect(async () => {
    const { state } = await (await request.get(`/api/v1/tasks/${id}`)).json();
    expect(state).toBe("done");
  }).toPass({ timeout: 20_000 });
}

/** The entry of an import in the list of imports, wherever it was started. */
export const importEntry = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: "Imports" }).getByRole("listitem").filter({ hasText: name });

/** Starts an import through the API, and does not wait for it. */
export async function started(
  request: APIRequestContext,
  name: string,
  upload: Upload,
  more: Record<string, string> = {},
): Promise<number> {
  const asked = { file: upload.name, title: "headline", text: "story", ...more };
  const parameters = new URLSearchParams(asked);
  const response = await request.post(`/api/v1/collections/${name}/import?${parameters}`, {
    headers: { "content-type": "application/octet-stream" },
    data: upload.buffer,
  });
  expect(response.status(), await response.text()).toBe(202);
  return (await response.json()).task.id;
}

interface Task {
  id: number;
  collection: string;
  state: string;
}

/** The imports into a collection that the server remembers. */
export async function tasksOf(request: APIRequestContext, name: string): Promise<Task[]> {
  const { tasks } = await (await request.get("/api/v1/tasks")).json();
  return tasks.filter((task: Task) => task.collection === name);
}
