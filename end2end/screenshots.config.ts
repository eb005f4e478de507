// `npm run screenshots` takes the README's pictures of the page, from the same server as the
// tests look at.

import { defineConfig } from "@playwright/test";
import { baseURL, launchOptions, webServer } from "./support/server";

export default defineConfig({
  testDir: ".",
  testMatch: "screenshots.ts",
  workers: 1,
  reporter: "list",
  webServer,
  use: { baseURL, launchOptions },
});
