import type { ConfiguredContext } from './configured-context.js';
import { withoutPassword } from '../arguments/store-url.js';
import { SETTINGS, type Setting } from './settings-table.js';

/** A setting with what holds and where that comes from: the first of flag, variable, file and default. */
export interface ShownSetting extends Pick<Setting, 'name' | 'variable' | 'usedBy'> {
  /** A secret says only that it is set; a store's URL goes without its password. */
  readonly value: string;
  readonly from: string;
  readonly isDefault: boolean;
}

/** @param flags by the name of the setting */
export function shownSettings(flags: Readonly<Record<string, string | undefined>>, { config }: ConfiguredContext): ShownSetting[] {
  return SETTINGS.map(({ name, variable, kind, fallback, usedBy }) => {
    const filed = config.file?.values.get(name);
    const found = [
      { value: flags[name], from: `--${name}` },
      { value: config.variables[variable] || undefined, from: variable },
      { value: filed?.text, from: `${config.file?.path}:${filed?.line}` },
    ].find(({ value }) => value !== undefined);
    const value = found === undefined ? fallback : kind === 'secret' ? 'set' : kind === 'store' ? withoutPassword(found.value ?? '') : found.value ?? '';
    return { name, variable, usedBy, value, from: found?.from ?? 'default', isDefault: found === undefined };
  });
}
