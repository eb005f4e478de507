// Playwright's `test`, extended with rules for every page here: no errors in the console, and a
// page is used only once it is hydrated.

import { test as base, expect, type Page } from "@playwright/test";

interface Extras {
  /** A console error that a test provokes; any other fails it. */
  expectedError: RegExp | undefined;
  /** Opens a page of the site and waits until it can be used. */
  open: (path: string) => Promise<void>;
}

export const test = base.extend<Extras>({
  expectedError: [undefined, { option: true }],

  page: async ({ page, expectedError }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") {
        errors.push(`${message.text()} (${message.location().url})`);
      }
    });
    await use(page);
    expect(errors.filter((error) => !expectedError?.test(error))).toEqual([]);
  },

  open: async ({ page, javaScriptEnabled }, use) => {
    await use(async (path) => {
      await page.goto(path);
      if (javaScriptEnabled !== false) {
        await alive(page);
      }
    });
  },
});

export { expect };

/** Waits until the page is hydrated. */
export async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName("hydrated").length > 0);
}

/** Opens a page that does not come to life until the returned function is called. */
export async function openedEarly(page: Page, path: string): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(path, { waitUntil: "commit" });
  return async () => {
    release();
    await alive(page);
  };
}
