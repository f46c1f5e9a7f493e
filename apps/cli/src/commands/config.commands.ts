import type { Command } from 'commander';
import { Output } from '../output/output.js';
import type { ConfiguredContext } from '../settings/configured-context.js';
import { SETTINGS } from '../settings/settings-table.js';
import { type ShownSetting, shownSettings } from '../settings/shown-settings.js';

/** `kiroku config show` */
export function addConfigCommands(program: Command, context: ConfiguredContext): void {
  const config = program.command('config').description('settings, and where they come from');

  const show = config.command('show').summary('every setting with its value and where that comes from')
    .description('every setting with its value and where that comes from\n\nA flag comes before a variable, a variable before the configuration file. Give the flags of another command to see what it would work with.')
    .option('--json', 'as JSON');
  for (const { name, kind } of SETTINGS) show.option(`--${name} <value>`, `as if --${name} were given`, (text: string, before?: string) => (kind === 'list' && before !== undefined ? `${before},${text}` : text));
  show.action((options: Record<string, unknown>) => {
    const flags = Object.fromEntries(SETTINGS.map(({ name }) => [name, show.getOptionValue(camelCase(name)) as string | undefined]));
    print(shownSettings(flags, context), context, options['json'] === true);
  });
}

function print(settings: readonly ShownSetting[], context: ConfiguredContext, json: boolean): void {
  const out = new Output(context, json);
  const file = context.config.file?.path;
  if (json) return out.line(JSON.stringify({ ...(file === undefined ? {} : { file }), settings }));
  out.line(file === undefined ? 'no configuration file: there is no kiroku.yaml here, and neither --config nor KIROKU_CONFIG names one' : `configuration file: ${file}`);
  out.line('');
  out.table(['SETTING', 'VALUE', 'FROM', 'FOR'], settings.map(({ name, value, from, usedBy }) => [name, value, from, usedBy.join(', ')]));
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
