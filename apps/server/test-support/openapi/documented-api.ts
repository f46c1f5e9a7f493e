import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from './schema-values.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly security: readonly { readonly token: readonly string[] }[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content; readonly 'x-codes'?: readonly string[] }>>;
}

interface OpenApiText {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path' | 'parameters'> & { readonly parameters?: readonly Parameter[] }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The document, and what it says of an answer. */
export class DocumentedApi {
  readonly operations: readonly Operation[];
  readonly components: Readonly<Record<string, Schema>>;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false });
  private readonly compiled = new Map<Schema, ValidateFunction>();

  constructor(document: unknown) {
    const { paths, components } = document as OpenApiText;
    this.components = components.schemas;
    this.operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]): Operation => ({ parameters: [], ...operation, method: method.toUpperCase(), path })));
    this.ajv.addFormat('date-time', DATE_TIME);
    this.ajv.addSchema({ $id: 'document:', components: withoutMore(components) as object });
  }

  /** What is wrong with an answer as the document has it; undefined when it is one of those that are declared. */
  faultOf({ responses }: Operation, { status, type, text }: Answered): string | undefined {
    const declared = responses[status];
    if (declared === undefined) return `status ${status} is not declared`;
    const mediaType = type.split(';', 1)[0]?.trim() ?? '';
    const schema = declared.content[mediaType]?.schema;
    if (schema === undefined) return `status ${status} is not declared as ${mediaType}`;
    const code = status < 400 ? undefined : (JSON.parse(text) as { code: string }).code;
    if (code !== undefined && declared['x-codes']?.includes(code) !== true) return `the code ${code} is not declared with status ${status}`;
    const wrong = bodiesIn(mediaType, text).find((body) => !this.accepts(schema, body));
    return wrong === undefined ? undefined : `${JSON.stringify(wrong).slice(0, 500)} does not fit: ${this.ajv.errorsText(this.validator(schema).errors)}`;
  }

  /** Also what is not said must not be there: an answer with a field more is an answer that is not documented. */
  private accepts(schema: Schema, body: unknown): boolean {
    return this.validator(schema)(body);
  }

  private validator(schema: Schema): ValidateFunction {
    const known = this.compiled.get(schema);
    if (known !== undefined) return known;
    const closed = JSON.parse(JSON.stringify(withoutMore(schema)).replaceAll('"#/components', '"document:#/components')) as object;
    const made = this.ajv.compile(closed);
    this.compiled.set(schema, made);
    return made;
  }
}

/** Every object takes only the fields that it names. */
function withoutMore(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutMore);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withoutMore(value)]));
  return 'properties' in copy && copy['type'] === 'object' && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}

function bodiesIn(mediaType: string, text: string): unknown[] {
  switch (mediaType) {
    case 'application/json':
    case 'application/problem+json': return [JSON.parse(text)];
    case 'application/x-ndjson': return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
    // Comments and beats carry no data; what was cut off at the end is no line.
    case 'text/event-stream': return [...text.matchAll(/^data: (.*)$\n/gm)].map(([, json = '']) => JSON.parse(json) as unknown);
    default: return [text];
  }
}
