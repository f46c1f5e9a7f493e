import { z } from 'zod';
import { position } from '#protocol/agent-link';
import { problem } from '#protocol/problem';
import { INTRODUCTION, PARAMETERS, TAGS } from './document-texts.js';
import { type Json, JsonSchemas } from './json-schemas.js';
import { isCommand, problemAnswersOf } from './problem-answers.js';
import type { Contents, RouteDescription } from './route.js';
import type { ServedRoute } from './served-routes.js';

type Described = ServedRoute & { readonly description: RouteDescription };

/** Read by the interceptor of every GET, whether or not the route has a query of its own. */
const afterAlone = z.object({ after: position.optional() });
const idempotencyKey = z.string().min(1).max(200);

/** The OpenAPI 3.1 document of all routes that are described. */
export function openApiDocument(routes: readonly ServedRoute[], version: string): Json {
  const described = routes.filter((route): route is Described => route.description !== undefined);
  const schemas = new JsonSchemas([problem, idempotencyKey, ...described.flatMap(schemasOf)]);
  const paths: Record<string, Json> = {};
  for (const route of described) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, schemas);
  const inUse = new Set(described.map(({ tag }) => tag));
  return {
    openapi: '3.1.1',
    info: { title: 'Kiroku', version, description: INTRODUCTION },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).filter(([name]) => inUse.has(name)).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: schemas.referredBy(paths), securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function schemasOf({ method, input, description: { answers, body, headers } }: Described): z.ZodType[] {
  const inside = (contents: z.ZodType | Contents) => (contents instanceof z.ZodType ? [contents] : Object.values(contents));
  return [...(method === 'GET' ? [afterAlone] : []), input.body, input.query, ...Object.values(body ?? {}), ...Object.values(headers ?? {}), ...Object.values(answers).flatMap(inside)].filter((schema) => schema !== undefined);
}

function operation(route: Described, schemas: JsonSchemas): Json {
  const { id, tag, description: { summary, description } } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route, schemas), ...headerParameters(route, schemas)];
  const body = requestBody(route, schemas);
  return {
    operationId: id, tags: [tag], summary, description: [description, whoMay(route)].filter((text) => text !== undefined).join('\n\n'),
    // Names of roles may stand here since 3.1.
    security: needed(route).map((role) => ({ token: [role] })),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...answers(route, schemas), ...refusals(route, schemas) },
  };
}

/** One of them is needed; none where no token is. */
function needed({ audience, role, enrols }: Described): string[] {
  switch (audience) {
    case 'public': return [];
    case 'agents': return enrols ? ['agent', 'enrolment'] : ['agent'];
    case 'operators': return [role];
  }
}

function whoMay({ audience, role, enrols }: Described): string {
  switch (audience) {
    case 'public': return 'Needs no token.';
    case 'agents': return `Needs the credential of the agent${enrols ? ', or the token that enrols' : ''}.`;
    case 'operators': return `Needs the role \`${role}\`.`;
  }
}

function pathParameters({ path }: Described): Json[] {
  return [...path.matchAll(/([a-z]+)\/\{(\w+)\}/g)].map(([, noun = '', name = '']) => ({
    name, in: 'path', required: true, ...described(PARAMETERS[`${noun}/${name}`]), schema: { type: 'string' },
  }));
}

function queryParameters({ method, input }: Described, schemas: JsonSchemas): Json[] {
  const query = input.query ?? (method === 'GET' ? afterAlone : undefined);
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(query) as { properties?: Record<string, Json>; required?: string[] };
  const all = method === 'GET' && properties['after'] === undefined ? { ...properties, ...afterOf(schemas) } : properties;
  return Object.entries(all).map(([name, { description, ...schema }]) => ({
    name, in: 'query', required: required.includes(name), ...described(description ?? PARAMETERS[`?${name}`]), schema,
  }));
}

function afterOf(schemas: JsonSchemas): Record<string, Json> {
  return (schemas.of(afterAlone) as { properties: Record<string, Json> }).properties;
}

function headerParameters(route: Described, schemas: JsonSchemas): Json[] {
  const headers = { ...(isCommand(route) ? { 'idempotency-key': idempotencyKey } : {}), ...route.description.headers };
  return Object.entries(headers).map(([name, schema]) => ({ name, in: 'header', required: false, ...described(PARAMETERS[`${name}:`]), schema: schemas.of(schema) }));
}

function described(description: unknown): Json {
  return description === undefined ? {} : { description };
}

function requestBody({ input, description: { body } }: Described, schemas: JsonSchemas): Json | undefined {
  if (body !== undefined) return { required: true, content: content(body, schemas) };
  return input.body && { required: !input.body.safeParse(undefined).success, content: content(input.body, schemas) };
}

function answers({ description }: Described, schemas: JsonSchemas): Json {
  return Object.fromEntries(Object.entries(description.answers).map(([status, contents]) => [status, { description: SUCCESS[status] ?? 'Done.', content: content(contents, schemas) }]));
}

const SUCCESS: Readonly<Record<string, string>> = { 200: 'As asked.', 201: 'Made.' };

function content(contents: z.ZodType | Contents, schemas: JsonSchemas): Json {
  const byType = contents instanceof z.ZodType ? { 'application/json': contents } : contents;
  return Object.fromEntries(Object.entries(byType).map(([type, schema]) => [type, { schema: schemas.of(schema) }]));
}

/** `x-codes`: the stable codes that stand in `code`. The list may grow. */
function refusals(route: Described, schemas: JsonSchemas): Json {
  return Object.fromEntries([...problemAnswersOf(route)].map(([status, codes]) => [String(status), {
    description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}.`, 'x-codes': codes, content: { 'application/problem+json': { schema: schemas.of(problem) } },
  }]));
}
