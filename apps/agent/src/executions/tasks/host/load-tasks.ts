import { inspect } from 'node:util';
import { pathToFileURL } from 'node:url';
import { faultOfTasks, type Task } from '#tasks/define-tasks';

/** The tasks of a module, by their names; a name is an own property, so that `toString` is none. */
export type TaskTable = ReadonlyMap<string, Task>;

/**
 * Loads a module, ESM or CommonJS.
 * @throws Error with one message for people: the file, and what is wrong with it
 */
export async function loadTasks(file: string): Promise<TaskTable> {
  const exported = await load(file);
  const fault = faultOfTasks(exported);
  if (fault !== undefined) throw new Error(`${file}: its default export is not usable: ${fault}`);
  return new Map(Object.entries(exported as Record<string, Task>));
}

async function load(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href) as { readonly default?: unknown };
  } catch (error) {
    throw new Error(`${file} cannot be loaded: ${error instanceof Error ? inspect(error) : `it threw ${inspect(error)}`}`, { cause: error });
  }
  if (!('default' in module)) throw new Error(`${file} has no default export; write: export default defineTasks({ name: async (context) => ... })`);
  return transpiledDefault(module.default) ?? module.default;
}

/** What a compiler made of `export default` for CommonJS. */
function transpiledDefault(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null || !('__esModule' in exported) || !('default' in exported)) return undefined;
  return exported.default;
}
