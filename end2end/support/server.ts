// The server under test and the browser it is looked at with; the tests and the screenshots
// share both.

import { fileURLToPath } from "node:url";

const port = 3199;
const here = fileURLToPath(new URL("..", import.meta.url));

export const baseURL = `http://127.0.0.1:${port}`;

// PARALLAX names another binary than the one that was built here.
const parallax = process.env.PARALLAX || "../target/release/parallax";

// The release binary over the bundled sample, indexed anew: an empty data folder is filled
// with it. One that runs already is never used, for nobody knows what it serves.
export const webServer = {
  command:
    "rm -rf server-data && " +
    `exec ${parallax} serve --addr 127.0.0.1:${port} --data-dir server-data`,
  cwd: here,
  url: `${baseURL}/readyz`,
  reuseExistingServer: false,
  timeout: 120_000,
};

// The system's Chromium, kept from the network and from asking questions.
export const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
