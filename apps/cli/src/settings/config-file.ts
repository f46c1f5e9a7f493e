import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type * as Yaml from 'yaml';
import { WrongUsage } from '../client/cli-failure.js';
import { SETTINGS, type Setting } from './settings-table.js';

/** What a file says of a setting, as the variable of it would say it, and where it stands. */
export interface FiledValue {
  readonly text: string;
  readonly line: number;
}

export interface ConfigFile {
  readonly path: string;
  /** By the name of the setting. */
  readonly values: ReadonlyMap<string, FiledValue>;
}

/** In the directory where a command is given, when nobody named another. */
const DEFAULT_FILE = 'kiroku.yaml';

/**
 * Reads the file that was named, or `kiroku.yaml` here if there is one. An empty file sets nothing.
 *
 * @throws WrongUsage with the line and column of the first fault
 */
export function readConfigFile(named: string | undefined, cwd: string): ConfigFile | undefined {
  const path = named === undefined ? join(cwd, DEFAULT_FILE) : resolve(cwd, named);
  if (named === undefined && !existsSync(path)) return undefined;
  return { path, values: parsed(textOf(path), path) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WrongUsage(`cannot read the configuration file: ${(error as Error).message}`);
  }
}

function parsed(text: string, path: string): Map<string, FiledValue> {
  // Loaded only where there is a file: most commands have none.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw fault(path, lines, error.pos[0], error.message);
  const values = new Map<string, FiledValue>();
  if (document.contents === null) return values;
  if (!yaml.isMap<Yaml.Node, Yaml.Node | null>(document.contents)) throw fault(path, lines, 0, 'a configuration file is a list of lines `name: value`');
  for (const { key, value } of document.contents.items) {
    const at = key.range?.[0] ?? 0;
    const setting = named(yaml.isScalar(key) ? String(key.value) : '', (message) => fault(path, lines, at, message));
    const refuse = (message: string) => fault(path, lines, value?.range?.[0] ?? at, `${setting.name} takes ${message}`);
    values.set(setting.name, { text: asVariable(setting, value?.toJSON(), dirname(path), refuse), line: lines.linePos(at).line });
  }
  return values;
}

function named(name: string, refuse: (message: string) => WrongUsage): Setting {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting === undefined) throw refuse(`there is no setting "${name}"; there are ${SETTINGS.map((each) => each.name).join(', ')}`);
  return setting;
}

function asVariable({ kind }: Setting, value: unknown, folder: string, refuse: (message: string) => WrongUsage): string {
  if (kind === 'number') {
    if (!Number.isSafeInteger(value)) throw refuse('a whole number');
    return String(value);
  }
  if (kind === 'list' && Array.isArray(value) && value.length > 0 && value.every(isText)) return value.join(',');
  if (!isText(value)) throw refuse(kind === 'list' ? 'a text or a list of texts' : 'a text: put it into quotes');
  if (kind === 'path') return resolve(folder, value);
  return kind === 'store' ? value.replace(/^sqlite:(?=.)(.*)$/s, (_, file: string) => `sqlite:${resolve(folder, file)}`) : value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function fault(path: string, lines: Yaml.LineCounter, offset: number, message: string): WrongUsage {
  const { line, col } = lines.linePos(offset);
  return new WrongUsage(`${path}:${line}:${col}: ${message}`);
}
