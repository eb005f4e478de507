// How fast the page is in Chromium. `make bench-page` starts the server, names its address in
// PARALLAX_URL, and reads what is measured from the file PAGE_SPEED.

import { defineConfig } from "@playwright/test";
import { launchOptions } from "./support/server";

export default defineConfig({
  testDir: "page-speed",
  testMatch: "*.bench.ts",
  workers: 1,
  timeout: 300_000,
  reporter: "list",
  use: {
    baseURL: process.env.PARALLAX_URL,
    launchOptions: {
      ...launchOptions,
      // Pictures of other hosts would be measured too.
      args: [...launchOptions.args, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
    },
    viewport: { width: 1440, height: 900 },
  },
});
