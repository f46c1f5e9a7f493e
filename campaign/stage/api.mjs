/** The public HTTP API of all servers, as any client sees it that is free to ask any of them. */
export class Api {
  /**
   * @param choose answers with the `name` and `url` of a server that may be asked now, and in which `life` of the log
   * @param token an operator's
   */
  constructor({ choose, token }) {
    Object.assign(this, { choose, token });
    /** The furthest place that an answered command was given, in this life of the log, and by whom. */
    this.newest = undefined;
  }

  async request(method, path, body, headers = {}, server = this.choose()) {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method, signal: AbortSignal.timeout(10_000), ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${this.token()}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
    const text = await answer.text();
    const told = { status: answer.status, body: answer.headers.get('content-type')?.includes('/json') ? JSON.parse(text) : text };
    if (method !== 'GET' && told.status < 300) this.note(server, told.body.position);
    return told;
  }

  /** The body, or an error for whatever is not a success. */
  async get(path, headers) {
    const { status, body } = (await this.look(path, headers)).answer;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** @returns the answer, and the place in the log that it has to show: whoever was answered by one server sees that on each other one that he says it to */
  async look(path, headers) {
    const server = this.choose();
    const mustShow = this.newest?.life === server.life ? this.newest : undefined;
    // Of an export it is the lower bound, and who answered himself has shown it already.
    const says = mustShow !== undefined && mustShow.name !== server.name && !path.startsWith('/events');
    const asked = says ? `${path}${path.includes('?') ? '&' : '?'}after=${mustShow.position}` : path;
    return { answer: await this.request('GET', asked, undefined, headers, server), mustShow: mustShow?.position, server: server.name };
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

  /** Where the log ends, whatever the server that is asked has heard of it by now. */
  async end() {
    const { position } = await this.get('/log');
    return (await this.all(`/events?after=${position}`)).at(-1)?.position ?? position;
  }

  /** The whole log, as an auditor gets it. */
  async log() {
    const text = await this.get('/events', { accept: 'application/x-ndjson' });
    return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  note({ name, life }, position) {
    if (position === undefined || (this.newest?.life === life && Number(this.newest.position) >= Number(position))) return;
    if ((this.newest?.life ?? 0) <= life) this.newest = { position, name, life };
  }
}
