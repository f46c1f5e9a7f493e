import { DocumentedApi } from '../../test-support/openapi/documented-api.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { PAGE } from './documentation-page.js';
import { openApiDocument } from './document.js';
import { OpenApi } from './open-api.js';
import { ServedRoutes } from './served-routes.js';

let server: ServerUnderTest;
let document: Record<string, unknown>;
let api: DocumentedApi;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  document = server.get(OpenApi).document();
  api = new DocumentedApi(document);
});

afterAll(closeServers);

describe('the document', () => {
  it('has every route that the server serves (describe it with @Route, and its controller with @Tag)', () => {
    const served = server.get(ServedRoutes).all();
    expect(served.length).toBeGreaterThan(30);
    expect(served.filter(({ description }) => description === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect(api.operations).toHaveLength(served.length);
  });

  it('says nothing of a route that nobody described, so that the claim above can fail', () => {
    const [first, ...rest] = server.get(ServedRoutes).all();
    const without = new DocumentedApi(openApiDocument([...rest, { ...first!, description: undefined }], '1'));
    expect(without.operations).toHaveLength(rest.length);
  });

  it('names each operation once, under a heading that is told', () => {
    const ids = api.operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const told = (document['tags'] as { name: string; description: string }[]).map(({ name }) => name);
    expect(api.operations.flatMap(({ tags, operationId }) => tags.filter((tag) => !told.includes(tag)).map((tag) => `${operationId}: ${tag}`))).toEqual([]);
  });

  it('explains each parameter', () => {
    const unexplained = api.operations.flatMap(({ operationId, parameters }) => parameters.filter((each) => !('description' in each) && !('description' in each.schema)).map(({ name }) => `${operationId}: ${name}`));
    expect(unexplained).toEqual([]);
  });

  it('has every schema once, and none that nothing refers to', () => {
    const text = JSON.stringify(document);
    const named = Object.keys(api.components);
    const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect([...referred].sort()).toEqual(named.sort());
  });

  it('offers the key of idempotency with every command, and nowhere else', () => {
    const withKey = api.operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'idempotency-key'));
    expect(withKey.length).toBeGreaterThan(10);
    expect(withKey.every(({ method }) => method === 'POST' || method === 'PUT')).toBe(true);
    const without = api.operations.filter((each) => each.method !== 'GET' && !withKey.includes(each)).map(({ operationId }) => operationId);
    expect(without.sort()).toEqual(['agentLink_compare', 'agentLink_open', 'agentLink_report', 'agentOutputs_take', 'calendars_validateText', 'jobnets_validateText', 'schedules_validateText']);
  });

  it('is served to anybody', async () => {
    const answer = await server.request<Record<string, unknown>>('GET', '/api/docs-json', { token: null });
    expect(answer).toMatchObject({ status: 200, body: { openapi: '3.1.1', info: { title: 'Kiroku' } } });
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  });
});

describe('the page', () => {
  it('needs no token, and may load nothing but its own files', async () => {
    const { status, headers, text } = await server.request<string>('GET', '/api/docs', { token: null });
    expect([status, headers['content-type'], text]).toEqual([200, 'text/html; charset=utf-8', PAGE]);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(headers['content-security-policy']).not.toMatch(/https?:|\*/);
    const loaded = [...PAGE.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(loaded).toContain('/api/docs/swagger-ui-bundle.js');
    for (const path of loaded) expect({ path, ...(await server.request('GET', path, { token: null })) }).toMatchObject({ path, status: 200 });
  });

  it.each([['swagger-ui.css', 'text/css; charset=utf-8'], ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'], ['show.js', 'text/javascript; charset=utf-8'], ['favicon-32x32.png', 'image/png']])('serves %s as %s', async (file, type) => {
    expect((await server.request('GET', `/api/docs/${file}`, { token: null })).headers['content-type']).toBe(type);
  });

  it.each(['package.json', 'index.html', '..%2Fpackage.json', '..%2F..%2Fpackage.json', 'constructor', '__proto__', 'swagger-ui.js.map'])('does not serve %s', async (file) => {
    expect(await server.request('GET', `/api/docs/${file}`, { token: null })).toMatchObject({ status: 404, body: { code: 'no-such-file' } });
  });

  it('asks no service whether the document is well', async () => {
    expect((await server.request<string>('GET', '/api/docs/show.js', { token: null })).text).toContain('validatorUrl: null');
  });
});
