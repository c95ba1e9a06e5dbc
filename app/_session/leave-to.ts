/** A page that does not come within this time leaves the form usable again. */
const patienceMs = 10_000;

/**
 * Goes to another page by a full load: it is drawn for the person who is signed in from here on, and nothing of before
 * stays in memory. Resolves late, so that the form keeps saying "under way" until the browser has gone.
 */
export async function leaveTo(path: string): Promise<void> {
  window.location.assign(path);
  await new Promise((resolve) => window.setTimeout(resolve, patienceMs));
}
