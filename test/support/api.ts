import type { AgentView, CommandAnswer, EventView, List, RunningView, RunView } from '#protocol/api';

/** A request of a test: the answer's status and body, whatever they are. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
}

/** The HTTP API as a client sees it. */
export class Api {
  constructor(readonly url: string, private readonly token: () => string) {}

  async request<Body = unknown>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token()}`,
        ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(20_000),
    });
    const received = await answer.text();
    return { status: answer.status, body: (answer.headers.get('content-type')?.includes('json') === true && !received.includes('\n{') ? JSON.parse(received) : received) as Body };
  }

  async get<Body>(path: string): Promise<Body> {
    return this.expect<Body>('GET', path);
  }

  async define(jobnet: string, yaml: string): Promise<CommandAnswer> {
    return this.expect<CommandAnswer>('PUT', `/api/v1/jobnets/${jobnet}`, yaml);
  }

  async start(jobnet: string, reason = 'a test', headers: Record<string, string> = {}): Promise<string> {
    const { runId } = await this.expect<CommandAnswer>('POST', `/api/v1/jobnets/${jobnet}/runs`, { reason }, headers);
    if (runId === undefined) throw new Error('a run was started without an id');
    return runId;
  }

  run(runId: string): Promise<RunView> {
    return this.get<RunView>(`/api/v1/runs/${runId}`);
  }

  async running(): Promise<RunningView[]> {
    return this.all<RunningView>('/api/v1/running');
  }

  async agents(): Promise<AgentView[]> {
    return this.all<AgentView>('/api/v1/agents');
  }

  /** Every page of a list. */
  async all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query = new URLSearchParams({ limit: '1000', ...(cursor === '' ? {} : { cursor }) });
      const page: List<Item> = await this.get<List<Item>>(`${path}${path.includes('?') ? '&' : '?'}${query.toString()}`);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  events(query = ''): Promise<EventView[]> {
    return this.all<EventView>(`/api/v1/events${query}`);
  }

  private async expect<Body>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Body> {
    const answer = await this.request<Body>(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
