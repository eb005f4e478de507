// The server under test and the browser, shared by the tests and the screenshots.

import { fileURLToPath } from "node:url";

const port = 3199;
const here = fileURLToPath(new URL("..", import.meta.url));

export const baseURL = `http://127.0.0.1:${port}`;

// PARALLAX can name a binary other than the one built here.
const parallax = process.env.PARALLAX || "../target/release/parallax";

// The release binary with the bundled sample, freshly indexed: an empty data folder is filled
// with it. The vectors of pieces are made first, because they change the order of hits by
// meaning. A server that is already running is never reused, since its data is unknown.
export const webServer = {
  command:
    `rm -rf server-data && ${parallax} model && ` +
    `exec ${parallax} serve --addr 127.0.0.1:${port} --data-dir server-data --judgements`,
  cwd: here,
  url: `${baseURL}/readyz`,
  reuseExistingServer: false,
  timeout: 120_000,
};

// The system's Chromium, without background network access or first-run prompts.
export const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    // WebGL in software, for the map.
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

// The same browser with WebGL, drawn by the processor: it needs no graphics card.
export const drawingOptions = {
  ...launchOptions,
  args: [
    ...launchOptions.args.filter((arg) => arg !== "--disable-gpu"),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
};
