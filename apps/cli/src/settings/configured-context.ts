import type { CliContext } from '../cli-context.js';
import { type ConfigFile, readConfigFile } from './config-file.js';
import { SETTINGS } from './settings-table.js';

/** The world of a command, in which a configuration file stands behind the variables. */
export interface ConfiguredContext extends CliContext {
  readonly config: {
    /** @throws WrongUsage for a file with a fault in it */
    readonly file: ConfigFile | undefined;
    /** The variables as they are. */
    readonly variables: CliContext['env'];
  };
}

/**
 * Flags come first, then variables (an empty one counts as unset), then the file: whoever asks for a variable is answered by the file
 * where it is unset. The file is read when somebody asks for the first time, so that the help does not depend on it.
 *
 * @param flag what `--config` says, once the command line is parsed
 */
export function withConfigFile(context: CliContext, flag: () => string | undefined): ConfiguredContext {
  let overlaid: CliContext['env'] | undefined;
  let read: { file: ConfigFile | undefined } | undefined;
  const variables = context.env;
  const config = {
    variables,
    get file() {
      read ??= { file: readConfigFile(flag() ?? (variables['KIROKU_CONFIG'] || undefined), context.cwd) };
      return read.file;
    },
  };
  return Object.create(context, {
    config: { value: config },
    env: { get: () => (overlaid ??= overlay(variables, config.file)) },
    sourceOf: { value: (variable: string) => (variables[variable] || config.file === undefined ? variable : config.file.path) },
  }) as ConfiguredContext;
}

function overlay(variables: CliContext['env'], file: ConfigFile | undefined): CliContext['env'] {
  if (file === undefined) return variables;
  const filed = SETTINGS.flatMap(({ name, variable }) => {
    const value = file.values.get(name);
    return value === undefined || variables[variable] ? [] : [[variable, value.text] as const];
  });
  return { ...variables, ...Object.fromEntries(filed) };
}
