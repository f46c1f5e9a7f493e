/** The public HTTP API, as any client sees it. */
export class Api {
  /** @param url where the server is now; @param token an operator's */
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  async request(method, path, body, headers = {}) {
    const answer = await fetch(`${this.url()}/api/v1${path}`, {
      method, signal: AbortSignal.timeout(10_000), ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${this.token()}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
    const text = await answer.text();
    return { status: answer.status, body: answer.headers.get('content-type')?.includes('/json') ? JSON.parse(text) : text };
  }

  /** The body, or an error for whatever is not a success. */
  async get(path, headers) {
    const { status, body } = await this.request('GET', path, undefined, headers);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async all(path) {
    const items = [];
    for (let cursor = ''; cursor !== undefined;) {
      const page = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  /** The whole log, as an auditor gets it. */
  async log() {
    const text = await this.get('/events', { accept: 'application/x-ndjson' });
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  }
}
