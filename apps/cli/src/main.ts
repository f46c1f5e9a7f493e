import { readFileSync } from 'node:fs';
import { EXIT } from './client/exit-codes.js';
import type { AgentModule, CliContext, ServerModule } from './cli-context.js';
import { endOnClosedOutput } from './output/closed-output.js';
import { findCheckout } from './find-checkout.js';
import { runCli } from './run-cli.js';

const checkout = findCheckout(import.meta.url);
const { version } = JSON.parse(readFileSync(`${checkout}/package.json`, 'utf8')) as { version: string };

const context: CliContext = {
  env: process.env, cwd: process.cwd(), checkout, stdout: process.stdout, stderr: process.stderr,
  // Opened only by a command that reads: most run without a stdin as well.
  get stdin() {
    return process.stdin;
  },
  now: () => Date.now(),
  loadServer: async () => (await import(new URL('../../server/src/main.js', import.meta.url).href)) as ServerModule,
  loadAgent: async () => (await import(new URL('../../agent/src/main.js', import.meta.url).href)) as AgentModule,
  loadCopying: () => import('#event-store/copying/copy-between'),
};

endOnClosedOutput(context);
const code = await runCli(process.argv.slice(2), version, context);
// Not process.exit: output to a pipe may still be on its way. What runs on (a server, an agent) sets its own code later.
process.exitCode ??= code;
// A server or an agent that failed to start may leave something open that would keep a dead process alive.
if (code !== EXIT.done) setTimeout(() => process.exit(), 1000).unref();
