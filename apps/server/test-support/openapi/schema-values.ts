import fc from 'fast-check';

export interface Schema {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** Values by the name of the property or parameter that they fit, so that generated requests speak of what is there. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/** JSON that a schema accepts, for the part of JSON Schema that the document uses; throws at what it does not know, rather than make less. */
export class SchemaValues {
  /** @param settled names for which nothing but the known values is made */
  constructor(private readonly components: Readonly<Record<string, Schema>>, private readonly known: Known, private readonly settled: ReadonlySet<string> = new Set()) {}

  /** Everything that the schema allows. */
  valid(schema: Schema): fc.Arbitrary<unknown> {
    return this.of(schema, false);
  }

  /** No more than the schema demands, in the words that are known. */
  plain(schema: Schema): fc.Arbitrary<unknown> {
    return this.of(schema, true);
  }

  /** Like a valid one, and mostly not: a field less, a field more, a field of another kind, or something else altogether. */
  doubtful(schema: Schema): fc.Arbitrary<unknown> {
    const spoilt = fc.tuple(this.valid(schema), fc.nat(), fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('drop', 'add', 'replace')).map(([value, index, other, how]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return other;
      const keys = Object.keys(value);
      const key = keys[index % Math.max(keys.length, 1)] ?? 'nothing';
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      return how === 'drop' ? rest : { ...value, [how === 'add' ? 'unheardOf' : key]: other };
    });
    return fc.oneof(spoilt, fc.jsonValue({ maxDepth: 2 }));
  }

  resolved(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const found = this.components[schema.$ref.replace('#/components/schemas/', '')];
    if (found === undefined) throw new Error(`${schema.$ref} leads nowhere`);
    return this.resolved(found);
  }

  private of(given: Schema, plain: boolean, name = ''): fc.Arbitrary<unknown> {
    const schema = this.resolved(given);
    const known = this.known[name];
    const fitting = known === undefined || known.length === 0 ? undefined : fc.constantFrom(...known);
    if (fitting !== undefined && (plain || this.settled.has(name))) return fitting;
    const any = this.ofKind(schema, plain);
    return fitting === undefined ? any : fc.oneof(fitting, any);
  }

  private ofKind(schema: Schema, plain: boolean): fc.Arbitrary<unknown> {
    if ('const' in schema) return fc.constant(schema['const']);
    if ('enum' in schema) return fc.constantFrom(...schema['enum'] as unknown[]);
    const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
    if (choices !== undefined) return fc.oneof(...choices.map((each) => this.of(each, plain)));
    if (typeof schema.type === 'object') return fc.oneof(...schema.type.map((type) => this.ofKind({ ...schema, type }, plain)));
    switch (schema.type) {
      case 'string': return text(schema);
      case 'boolean': return fc.boolean();
      case 'null': return fc.constant(null);
      case 'integer': return fc.integer({ min: Math.max(lowest(schema), -1_000_000), max: highest(schema) });
      case 'number': return fc.double({ min: lowest(schema), max: highest(schema), noNaN: true, noDefaultInfinity: true });
      case 'array': return fc.array(this.of(schema.items ?? {}, plain), { minLength: number(schema, 'minItems', 0), maxLength: plain ? number(schema, 'minItems', 0) : number(schema, 'minItems', 0) + 3 });
      case 'object': return this.object(schema, plain);
      case undefined: return fc.jsonValue({ maxDepth: 1 });
    }
    throw new Error(`no values are made for ${JSON.stringify(schema)}`);
  }

  private object(schema: Schema, plain: boolean): fc.Arbitrary<unknown> {
    const { properties = {}, required = [] } = schema;
    const possible = Object.entries(properties).filter(([key, each]) => (plain ? required.includes(key) : !('not' in each)));
    const fields = fc.record(Object.fromEntries(possible.map(([key, each]) => [key, this.of(each, plain, key)])), { requiredKeys: required.filter((key) => key in properties) });
    const rest = schema['additionalProperties'];
    if (typeof rest !== 'object' || rest === null) return fields;
    const keys = this.of((schema['propertyNames'] ?? { type: 'string' }) as Schema, plain) as fc.Arbitrary<string>;
    const more = fc.dictionary(keys, this.of(rest as Schema, plain), { minKeys: number(schema, 'minProperties', 0), maxKeys: plain ? number(schema, 'minProperties', 0) : 3, noNullPrototype: true });
    return fc.tuple(more, fields).map(([some, named]) => ({ ...some, ...named as object }));
  }
}

function text(schema: Schema): fc.Arbitrary<string> {
  if (schema['format'] === 'date-time') return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString());
  const size = { minLength: number(schema, 'minLength', 0), maxLength: Math.min(number(schema, 'maxLength', 30), 60) };
  if (typeof schema['pattern'] !== 'string') return fc.string({ unit: 'binary', ...size }).filter((each) => each.trim().length >= size.minLength);
  const pattern = new RegExp(schema['pattern']);
  // What must not follow is left to the filter.
  return fc.stringMatching(new RegExp(schema['pattern'].replaceAll(/\(\?![^)]*\)/g, ''))).filter((each) => pattern.test(each) && each.length <= number(schema, 'maxLength', Infinity));
}

function number(schema: Schema, key: string, otherwise: number): number {
  return typeof schema[key] === 'number' ? schema[key] : otherwise;
}

function lowest(schema: Schema): number {
  return Math.max(number(schema, 'minimum', -1_000), number(schema, 'exclusiveMinimum', -1_001) + 1);
}

function highest(schema: Schema): number {
  return Math.min(number(schema, 'maximum', 1_000), number(schema, 'exclusiveMaximum', 1_001) - 1);
}
