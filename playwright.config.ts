import { defineConfig } from '@playwright/test';

const { CHAINWORKS_TEST_URL: baseURL, PLAYWRIGHT_CHROMIUM: executablePath } = process.env;
if (!baseURL || !executablePath) throw new Error('The journeys need a running product: `npm test -- --only browser [<filter>]`.');

/** No journey may reach anything but this machine, and the browser itself asks nobody for updates. */
const chromiumFlags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-features=OptimizationHints,MediaRouter,Translate',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
];

export default defineConfig({
  testDir: 'e2e',
  // Damage kills the city node that all journeys share, so it waits until they are done.
  projects: [
    { name: 'journeys', testMatch: '**/*.journey.ts', testIgnore: '**/damage.journey.ts' },
    { name: 'damage', testMatch: '**/damage.journey.ts', dependencies: ['journeys'] },
  ],
  // A journey waits for blocks and mails of its own people only, so several may share the product.
  workers: 3,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  outputDir: 'test-results',
  use: {
    baseURL,
    actionTimeout: 20_000,
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Without a film, which takes as much of a core as the pages do; the last picture is kept.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: chromiumFlags },
  },
});
