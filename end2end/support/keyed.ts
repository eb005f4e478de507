// Tests on the second server, which wants a key for changes. They share it, so each uses unique
// collection names, and leaves the sample as it is.

import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { keyedURL, keys } from "./server";
import { test as base } from "./test";

interface Extras {
  /** The API with the key for everything, apart from the browser, which has none. */
  owner: APIRequestContext;
}

export const keyed = base.extend<Extras>({
  baseURL: keyedURL,

  owner: async ({ playwright }, use) => {
    const owner = await playwright.request.newContext({
      baseURL: keyedURL,
      extraHTTPHeaders: { authorization: `Bearer ${keys.owner}` },
    });
    await use(owner);
    await owner.dispose();
  },
});

/** Gives the API key in the form on the page, or in that of a dialog. */
export async function giveKey(place: Page | Locator, key: string): Promise<void> {
  await place.getByLabel("API key").fill(key);
  await place.getByRole("button", { name: "Use this key" }).click();
}
