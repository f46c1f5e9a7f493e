import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Row {
  readonly what: string;
  readonly file: string;
  readonly title: string;
}

function rowsIn(document: string): Row[] {
  return [...document.matchAll(/^\| (.+?) \| `(.+?)` \| (.+) \|$/gm)].map(([, what = '', file = '', title = '']) => ({ what, file, title }));
}

/** As it stands in the source: what a row of `it.each` puts into it is not there. */
function titlesIn(path: string): Set<string> {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2023, true);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^it\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

const rows = rowsIn(readFileSync(join(root, 'docs/scenarios.md'), 'utf8'));

describe('the table of scenarios', () => {
  it('names only tests that are there', () => {
    expect(rows.filter(({ file, title }) => !existsSync(join(root, file)) || !titlesIn(file).has(title))).toEqual([]);
  });

  it('has all of the eighteen', () => {
    const numbers = new Set(rows.map(({ what }) => /^(\d+) /.exec(what)?.[1]).filter((number) => number !== undefined).map(Number));
    expect([...numbers]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  });

  it('would miss a test that is not there', () => {
    expect(rowsIn('| 1 | `test/scenarios.spec.ts` | no such test |')).toEqual([{ what: '1', file: 'test/scenarios.spec.ts', title: 'no such test' }]);
    expect(titlesIn('test/scenarios.spec.ts')).not.toContain('no such test');
    expect(titlesIn('test/scenarios.spec.ts')).toContain('would miss a test that is not there');
  });
});
