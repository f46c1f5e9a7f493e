import { Argument, type Command } from 'commander';
import type { CliContext } from '../cli-context.js';
import { COMPLETION_SCRIPTS } from '../completion/scripts.js';
import { knownIds } from '../completion/known-ids.js';
import { wishAt } from '../completion/wish.js';

/** No shell would take another word for one: what a server answers is put before somebody's prompt. */
const ONE_WORD = /^[A-Za-z0-9-][A-Za-z0-9._:+-]*$/;

/** `kiroku completion SHELL`, and the hidden `kiroku complete -- WORDS...` that its scripts ask. */
export function addCompletionCommands(program: Command, context: CliContext): void {
  program.command('completion').summary('print what makes Tab complete in a shell')
    .description('print what makes Tab complete in a shell\n\nNouns, verbs and flags are this program\'s own; ids are asked of the server, which has a second for that.')
    .addArgument(new Argument('<shell>').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action((shell: keyof typeof COMPLETION_SCRIPTS) => void context.stdout.write(COMPLETION_SCRIPTS[shell]));

  program.command('complete', { hidden: true }).argument('[words...]').allowUnknownOption().helpOption(false)
    .action(async (words: string[]) => {
      const wish = wishAt(program, words);
      const candidates = [...wish.words, ...await knownIds(wish, context)].filter((word) => word.startsWith(wish.beginning) && ONE_WORD.test(word));
      if (candidates.length > 0) context.stdout.write(`${candidates.join('\n')}\n`);
    });
}
