/** What one page should weigh at most, in characters of JSON: an append may hold half a MiB, or 200 bytes. */
const PAGE_CHARACTERS = 2 * 1024 * 1024;
const FEWEST = 4;
const MOST = 500;

/** How many appends to read at once: grows while pages are light, shrinks when one was heavy, so that memory stays bounded. */
export class PageSize {
  private size = 32;

  get appends(): number {
    return this.size;
  }

  learn(page: readonly { readonly events: string | null }[]): void {
    const characters = page.reduce((sum, { events }) => sum + (events?.length ?? 0), 0);
    this.size = characters > PAGE_CHARACTERS ? Math.max(FEWEST, this.size >> 1) : Math.min(MOST, this.size * 2);
  }
}
