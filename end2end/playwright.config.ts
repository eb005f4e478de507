// The same suite runs with and without JavaScript: the page has to work either way. A spec that
// needs JavaScript has `hydrated` in its name, one that needs its absence `scriptless`.

import { defineConfig, devices } from "@playwright/test";
import { baseURL, keyedWebServer, launchOptions, webServer } from "./support/server";

export default defineConfig({
  testDir: "tests",
  workers: 2,
  // On a busy machine a browser may once be too slow: such a test is tried again, and reported as flaky.
  retries: 1,
  fullyParallel: true,
  forbidOnly: true,
  // Generous, in case the machine is also building something.
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  webServer: [webServer, keyedWebServer],
  use: {
    ...devices["Desktop Chrome"],
    baseURL,
    launchOptions,
    // Pictures and copies of the page at every step would slow all tests down; `--trace on` makes them
    // for a test that fails.
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: false },
  },
  projects: [
    { name: "desktop", testIgnore: /scriptless/ },
    {
      name: "no-javascript",
      testIgnore: /hydrated/,
      use: { javaScriptEnabled: false, trace: "off" },
    },
  ],
});
