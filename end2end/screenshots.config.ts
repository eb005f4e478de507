// `npm run screenshots` takes the README's screenshots, from the same server that the tests use.

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
