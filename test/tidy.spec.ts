import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = 'test/tidy.spec.ts';

interface File {
  readonly path: string;
  readonly text: string;
}

function filesIn(folder: string, ending: RegExp): File[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && ending.test(entry.name));
  return entries.map(({ parentPath, name }) => relative(root, join(parentPath, name))).sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const sources = ['apps', 'libs', 'test', 'bench'].flatMap((folder) => filesIn(folder, /\.ts$/));
const parsed = new Map(sources.map(({ path, text }) => [path, ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)]));
const scripts = filesIn('scripts', /\.mjs$/);
const atRoot = readdirSync(root).filter((name) => /\.(mjs|json|md)$/.test(name) && name !== 'package-lock.json').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const published = [...sources, ...scripts, ...atRoot, ...filesIn('docs', /\.(md|json|ya?ml)$/), ...filesIn('examples', /./), ...filesIn('bin', /./)];

const isSpec = (path: string) => path.endsWith('.spec.ts');
/** Everything that runs only under test. */
const isTest = (path: string) => isSpec(path) || /(^|\/)(test|bench|contract|test-support|testing)\//.test(path);
const inRooms = sources.filter(({ path }) => /^(apps|libs)\//.test(path));

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => { walk(child, visit); });
}

function lineOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

describe('the size of things', () => {
  it('is at most 300 lines a file, 500 a spec (cut it along its ideas)', () => {
    const lines = ({ text }: File) => text.split('\n').length - 1;
    expect(inRooms.filter((file) => lines(file) > (isTest(file.path) ? 500 : 300)).map((file) => `${file.path}: ${lines(file)} lines`)).toEqual([]);
  });

  it('is at most 60 lines a function (name its steps)', () => {
    expect([...parsed.values()].flatMap((file) => longFunctions(file, 60))).toEqual([]);
  });

  it('is at most 14 files a folder, specs not counted (make a folder for what belongs together)', () => {
    const folders = inRooms.filter(({ path }) => !isSpec(path)).map(({ path }) => dirname(path));
    const filesOf = (folder: string) => folders.filter((each) => each === folder).length;
    expect([...new Set(folders)].filter((folder) => filesOf(folder) > 14).map((folder) => `${folder}: ${filesOf(folder)} files`)).toEqual([]);
  });

  it('is measured: a long function is found, a long describe is none', () => {
    const body = '\n  work();'.repeat(70);
    expect(longFunctions(ts.createSourceFile('x.ts', `function long() {${body}\n}`, ts.ScriptTarget.ES2023, true), 60)).toEqual(['x.ts:1: long has 72 lines']);
    expect(longFunctions(ts.createSourceFile('x.ts', `describe('x', () => {${body}\n it('y', () => {}); });`, ts.ScriptTarget.ES2023, true), 60)).toEqual([]);
  });
});

function longFunctions(file: ts.SourceFile, limit: number): string[] {
  const found: string[] = [];
  walk(file, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || holdsTests(node)) return;
    const lines = file.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(node);
    const name = node.name === undefined ? 'a function' : node.name.getText(file);
    if (lines > limit) found.push(`${file.fileName}:${lineOf(node)}: ${name} has ${lines} lines`);
  });
  return found;
}

/** A describe, and the function that makes one, is a list, not a procedure. */
function holdsTests(node: ts.Node): boolean {
  let found = false;
  walk(node, (inner) => { found ||= ts.isCallExpression(inner) && /^(it|describe)\b/.test(inner.expression.getText()); });
  return found;
}

describe('the name of a file', () => {
  it('is in kebab-case, with its role behind a dot', () => {
    expect(sources.map(({ path }) => path).filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/.test(basename(path)))).toEqual([]);
  });

  it('says what is in it: no utils, helpers, misc, common (name the idea)', () => {
    expect(published.map(({ path }) => path).filter((path) => /(^|\/)(utils?|helpers?|misc|common|shared)(\.|\/|$)/.test(path))).toEqual([]);
  });
});

interface Ban {
  readonly what: string;
  readonly instead: string;
  readonly pattern: RegExp;
  readonly where: readonly File[];
  readonly example: string;
}

const specsAndSupport = sources.filter(({ path }) => isTest(path));

const bans: readonly Ban[] = [
  { what: 'notes to oneself', instead: 'do it, or open an issue', pattern: /\b(TODO|FIXME|XXX)\b/, where: [...sources, ...scripts], example: '// TODO later' },
  { what: 'tests left out', instead: 'mend the test or delete it', pattern: /\b(describe|it|test)\.(only|skip|todo)\b|\b(xit|xdescribe|fit|fdescribe)\(/, where: specsAndSupport, example: "it.skip('x')" },
  {
    what: 'sleeps in tests', instead: 'wait for a fact, with a wait-for helper',
    pattern: /new Promise\b[^;]{0,80}\bsetTimeout\b|timers\/promises|Atomics\.wait/, where: specsAndSupport.filter(({ path }) => !/(^|\/)wait-[a-z-]+\.ts$/.test(path)),
    example: 'await new Promise((resolve) => setTimeout(resolve, 5))',
  },
  { what: 'module mocks', instead: 'a fake behind a port', pattern: /\bjest\.(mock|unstable_mockModule)\b/, where: specsAndSupport, example: "jest.mock('x')" },
  { what: 'paths of one machine', instead: 'start from import.meta.url, or a temporary directory', pattern: /(^|[\s'"`(=:])\/(work|root|home)\//m, where: published, example: "'/home/me/x'" },
  { what: 'hosts of package registries', instead: 'leave that to the configuration of npm', pattern: /registry\.(npmjs|yarnpkg|npmmirror)|npm\.pkg\.github/, where: published, example: 'https://registry.npmjs.org' },
  { what: 'switched-off type checks', instead: 'make the types say it', pattern: /@ts-(ignore|nocheck)\b/, where: sources, example: '// @ts-ignore' },
];

describe('what is banned', () => {
  it.each(bans)('are $what ($instead)', ({ pattern, where, instead }) => {
    const offences = where.filter(({ path }) => path !== self).flatMap(({ path, text }) => text.split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 80)} -> ${instead}`] : [])));
    expect(offences).toEqual([]);
  });

  it.each(bans)('is found when it is there: $what', ({ pattern, example }) => {
    expect(example).toMatch(pattern);
  });

  it('are casts to any (parse it, or narrow it from unknown)', () => {
    expect([...parsed.values()].flatMap(castsToAny)).toEqual([]);
    expect(castsToAny(ts.createSourceFile('x.ts', 'f(x as any); <any>y;', ts.ScriptTarget.ES2023, true))).toEqual(['x.ts:1', 'x.ts:1']);
  });

  it('are default exports (export it by its name)', () => {
    expect([...parsed.values()].flatMap(defaultExports)).toEqual([]);
    expect(defaultExports(ts.createSourceFile('x.ts', 'export default 1;', ts.ScriptTarget.ES2023, true))).toEqual(['x.ts:1']);
  });

  it('are titles with "should" (claim it)', () => {
    expect([...parsed.values()].filter(({ fileName }) => fileName !== self).flatMap(wishfulTitles)).toEqual([]);
    expect(wishfulTitles(ts.createSourceFile('x.ts', "it('should work', () => {});", ts.ScriptTarget.ES2023, true))).toEqual(['x.ts:1: should work']);
  });
});

function castsToAny(file: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(file, (node) => {
    if ((ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) && node.type.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file.fileName}:${lineOf(node)}`);
  });
  return found;
}

function defaultExports(file: ts.SourceFile): string[] {
  const isDefault = (node: ts.Node) => ts.isExportAssignment(node) || (ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword));
  return file.statements.filter(isDefault).map((node) => `${file.fileName}:${lineOf(node)}`);
}

function wishfulTitles(file: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !/^(it|test|describe)\b/.test(node.expression.getText(file))) return;
    const [title] = node.arguments;
    if (title !== undefined && ts.isStringLiteralLike(title) && /\bshould\b/i.test(title.text)) found.push(`${file.fileName}:${lineOf(node)}: ${title.text}`);
  });
  return found;
}

describe('an export', () => {
  it('is imported by another file (otherwise keep it to yourself, or delete it)', () => {
    const used = usedExports([...parsed.values()]);
    const rooms = [...parsed.values()].filter(({ fileName }) => /^(apps|libs)\//.test(fileName) && !isTest(fileName) && !isToldWhole(fileName));
    const dead = rooms.flatMap((file) => exportsOf(file)
      .filter((name) => !used.has(`${file.fileName}#${name}`) && !used.has(`${file.fileName}#*`) && !namesOwnSignature(file, name)).map((name) => `${file.fileName}: ${name}`));
    expect(dead).toEqual([]);
  });

  it('counts as used by import, re-export, namespace and dynamic import', () => {
    const user = `import { a, type B } from './one.js'; export { c } from './two.js'; import * as d from '#events/upcast'; await import('./three.js');`;
    const used = usedExports([ts.createSourceFile('libs/x/src/user.ts', user, ts.ScriptTarget.ES2023, true)]);
    for (const name of ['libs/x/src/one.ts#a', 'libs/x/src/one.ts#B', 'libs/x/src/two.ts#c', 'libs/events/src/upcast.ts#*', 'libs/x/src/three.ts#*']) expect(used).toContain(name);
    expect(exportsOf(ts.createSourceFile('x.ts', 'export const a = 1, b = 2; export type C = 1; export { d }; function e() {}', ts.ScriptTarget.ES2023, true))).toEqual(['a', 'b', 'C', 'd']);
  });
});

/** Where a process begins, and the protocol, which others write clients against. */
function isToldWhole(path: string): boolean {
  return basename(path) === 'main.ts' || path.startsWith('libs/protocol/');
}

/** A type that the file itself uses: it names a part of what is exported beside it. */
function namesOwnSignature(file: ts.SourceFile, name: string): boolean {
  const isType = file.statements.some((node) => (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && node.name.text === name);
  return isType && file.text.split(new RegExp(`\\b${name}\\b`)).length > 2;
}

function exportsOf(file: ts.SourceFile): string[] {
  return file.statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements.map(({ name }) => name.text) : [];
    const exported = ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return [];
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText(file));
    return 'name' in node && node.name !== undefined ? [(node.name as ts.Identifier).text] : [];
  });
}

/** `path#name` of everything that some file takes from another; `path#*` when it takes the whole. */
function usedExports(files: readonly ts.SourceFile[]): Set<string> {
  const used = new Set<string>();
  for (const file of files) walk(file, (node) => { for (const each of takenBy(node, file)) used.add(each); });
  for (const { text } of scripts) {
    for (const [, names = '', path = ''] of text.matchAll(/import \{([^}]*)\} from '\.\.\/dist\/([^']+)\.js'/g)) for (const name of names.split(',')) used.add(`${path}.ts#${name.trim()}`);
  }
  return used;
}

function takenBy(node: ts.Node, file: ts.SourceFile): string[] {
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings;
    return taken(node.moduleSpecifier, bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined, file);
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return taken(node.moduleSpecifier, node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined, file);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return taken(node.argument.literal, undefined, file);
  const [first] = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
  return first === undefined ? [] : taken(first, undefined, file);
}

function taken(specifier: ts.Node, names: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] | undefined, file: ts.SourceFile): string[] {
  const path = ts.isStringLiteralLike(specifier) ? resolve(specifier.text, file.fileName) : undefined;
  if (path === undefined) return [];
  return names === undefined ? [`${path}#*`] : names.map(({ propertyName, name }) => `${path}#${(propertyName ?? name).text}`);
}

function resolve(specifier: string, from: string): string | undefined {
  const [, library, name] = /^#([a-z-]+)\/(.+)$/.exec(specifier) ?? [];
  if (library !== undefined && name !== undefined) return `libs/${library}/src/${name}.ts`;
  return specifier.startsWith('.') ? join(dirname(from), specifier).replace(/\.js$/, '.ts') : undefined;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly scripts?: Record<string, string>;
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}

describe('a dependency', () => {
  const { dependencies = {}, devDependencies = {}, scripts: commands = {} } = manifestOf('package.json');
  const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  const code = [...sources, ...scripts, ...atRoot.filter(({ path }) => path.endsWith('.mjs'))].map(({ text }) => text).join('\n') + Object.values(commands).join('\n');
  const peers = new Set(names.flatMap((name) => Object.keys(manifestOf(`node_modules/${name}/package.json`).peerDependencies ?? {})));

  function isUsed(name: string): boolean {
    const subject = name.replace(/^@types\//, '');
    const quoted = subject.split('/').map((part) => `'${part}'`).join(', ');
    return [`'${subject}'`, `'${subject}/`, `['${subject}'`, `/${subject}/`, quoted].some((form) => code.includes(form)) || ['node', 'jest'].includes(subject) || peers.has(name);
  }

  it('is imported somewhere (otherwise uninstall it)', () => {
    expect(names.filter((name) => !isUsed(name))).toEqual([]);
    expect(isUsed(['left', 'pad'].join('-'))).toBe(false); // in one piece, this very line would name it
  });

  it('has its reason in docs/decisions/ (write the line)', () => {
    const decisions = filesIn('docs/decisions', /\.md$/).map(({ text }) => text).join('\n');
    expect(names.filter((name) => !decisions.includes(`\`${name}\``))).toEqual([]);
  });

  it('is pinned to one version', () => {
    expect(Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-beta\.\d+)?$/.test(version))).toEqual([]);
  });
});

it('has a CHANGELOG.md, so that a change can be told', () => {
  expect(existsSync(join(root, 'CHANGELOG.md'))).toBe(true);
});
