import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const bundles = join(dist, 'node_modules');

/** Every package that the built product imports, read by the compiler's own reader of imports. */
function importedPackages(): string[] {
  const modules = ['apps', 'libs'].flatMap((folder) => readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(dist, folder, name)));
  const product = modules.filter((name) => name.endsWith('.js') && !/\/(testing|test-support|contract)\//.test(name));
  const imported = product.flatMap((name) => ts.preProcessFile(readFileSync(name, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName));
  return [...new Set(imported)].filter((name) => !/^(\.|#|node:|kiroku\/)/.test(name)).sort();
}

/** What a module of the product would answer; Jest resolves by rules of its own, so Node itself is asked. */
function inProduct(script: string): { stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: join(dist, 'apps'), encoding: 'utf8' });
}

function placesOf(names: readonly string[]): Record<string, string> {
  return JSON.parse(inProduct(`console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, import.meta.resolve(name)]))))`).stdout) as Record<string, string>;
}

/** Each has its reason in scripts/bundle-packages.mjs. */
const LEFT_OUTSIDE = ['@kurrent/kurrentdb-client', 'pg', 'reflect-metadata', 'yaml'];

it('loads every package from its bundle, but for those that are left outside', () => {
  const places = placesOf(importedPackages().filter((name) => !LEFT_OUTSIDE.includes(name)));
  expect(Object.keys(places)).toContain('@nestjs/core');
  expect(Object.entries(places).filter(([, place]) => !place.startsWith(pathToFileURL(bundles).href))).toEqual([]);
});

it('has one of each: what @nestjs/cqrs asks to be given is the class that @nestjs/core gives', () => {
  const { stdout, stderr } = inProduct(`
    import 'reflect-metadata';
    import { ModuleRef } from '@nestjs/core';
    import { CommandBus } from '@nestjs/cqrs';
    console.log(Reflect.getMetadata('design:paramtypes', CommandBus)[0] === ModuleRef, ModuleRef.name);
  `);
  expect({ stdout, stderr }).toEqual({ stdout: 'true ModuleRef\n', stderr: '' });
});

it('refuses what is in no bundle, instead of loading a package a second time', () => {
  expect(inProduct("await import('@nestjs/core/nest-factory.js')").stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
