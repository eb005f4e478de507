// The same suite runs with JavaScript and without: the page has to work either way. A spec
// that needs a living page says `hydrated` in its name, one about its absence `scriptless`.

import { defineConfig, devices } from "@playwright/test";
import { baseURL, launchOptions, webServer } from "./support/server";

export default defineConfig({
  testDir: "tests",
  workers: 2,
  retries: 0,
  fullyParallel: true,
  forbidOnly: true,
  // Room for a machine that builds something meanwhile.
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  webServer,
  use: { ...devices["Desktop Chrome"], baseURL, launchOptions, trace: "retain-on-failure" },
  projects: [
    { name: "desktop", testIgnore: /scriptless/ },
    {
      name: "no-javascript",
      testIgnore: /hydrated/,
      use: { javaScriptEnabled: false, trace: "off" },
    },
  ],
});
