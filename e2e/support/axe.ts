import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** What can change when only the colours do; everything else is asked once for each width. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** Nothing that axe knows is wrong with the page as it stands, by day and by night, on a desk and on a phone. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1280, height: 720 };
  for (const width of [before.width, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: before.height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // No frames: looking for them would open a page for each look.
      const axe = new AxeBuilder({ page }).setLegacyMode();
      const { violations } = await (colorScheme === 'light' ? axe : axe.withRules(colourRules)).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
      expect(found, `${what}, ${colorScheme}, ${width} px`).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${what} at ${width} px is wider than the screen`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize(before);
}
