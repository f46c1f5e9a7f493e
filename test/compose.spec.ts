import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { cli } from '../apps/cli/src/testing/in-process.js';

interface Service {
  readonly image: string;
  readonly init?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: unknown;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const text = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');

/** The nouns and verbs before the first flag, and the flags. */
function wordsOf(command: readonly string[]) {
  const first = command.findIndex((word) => word.startsWith('--'));
  return { verbs: command.slice(0, first === -1 ? command.length : first), flags: command.filter((word) => word.startsWith('--')) };
}

/** What a command takes that its help does not know. */
async function unknownIn({ command = [], environment = {} }: Service): Promise<string[]> {
  const { verbs, flags } = wordsOf(command);
  const { stdout } = await cli([...verbs, '--help']);
  const variables = Object.keys(environment).filter((name) => name.startsWith('KIROKU_'));
  const known = new Set(stdout.match(/--[a-z-]+|KIROKU_[A-Z_]+/g));
  return [...(stdout.startsWith(`Usage: kiroku ${verbs.join(' ')} `) ? [] : [verbs.join(' ')]), ...[...flags, ...variables].filter((word) => !known.has(word))];
}

describe.each(['compose.yaml', 'compose.postgres.yaml'])('%s', (name) => {
  const { services, volumes } = parse(text(name), { merge: true }) as Compose;
  const ours = Object.entries(services).filter(([, { image, entrypoint }]) => image === 'kiroku:local' && entrypoint === undefined);

  it('has two servers and two agents, and uses no command, flag or variable that the command line does not have', async () => {
    expect(ours.map(([service]) => service)).toEqual(['server-1', 'server-2', 'agent-1', 'agent-2']);
    for (const [service, each] of ours) expect([service, await unknownIn(each)]).toEqual([service, []]);
  });

  it('would show one that does not exist', async () => {
    const [, server] = ours[0]!;
    expect(await unknownIn({ ...server, command: [...server.command!, '--nowhere', 'x'], environment: { KIROKU_NOTHING: '1' } })).toEqual(['--nowhere', 'KIROKU_NOTHING']);
    expect(await unknownIn({ ...server, command: ['serve'] })).toContain('serve');
  });

  it('gives each server and each agent a directory of its own, the token of enrolment, and an init process', () => {
    const directories = ours.map(([service, { command = [], volumes: mounts = [], init }]) => {
      expect([service, init, command[command.indexOf('--data') + 1]?.startsWith('/var/lib/kiroku')]).toEqual([service, true, true]);
      return mounts.join();
    });
    expect(new Set(directories).size).toBe(4);
    expect(services['tokens']?.volumes?.map((mount) => mount.split(':')[0])).toEqual(ours.map(([service]) => service));
  });

  it('names servers that there are, and volumes and dependencies that are declared', () => {
    const addresses = ours.flatMap(([, { command = [] }]) => command).filter((word) => word.startsWith('http://')).map((url) => new URL(url).hostname);
    expect(addresses.filter((host) => services[host] === undefined)).toEqual([]);
    for (const { volumes: mounts = [], depends_on: needed = {} } of Object.values(services)) {
      expect(mounts.filter((mount) => !(mount.split(':')[0]! in volumes))).toEqual([]);
      expect(Object.keys(needed).filter((each) => services[each] === undefined)).toEqual([]);
    }
  });

  it('has images by their tags, a health check wherever others wait for health, and no secret', () => {
    for (const [service, { image, environment = {}, healthcheck }] of Object.entries(services)) {
      expect([service, image]).toEqual([service, expect.stringMatching(/:[a-z0-9.]+$/)]);
      expect(image).not.toMatch(/:latest$/);
      if (/^(server|kurrentdb|database)/.test(service)) expect([service, healthcheck !== undefined]).toEqual([service, true]);
      for (const [variable, value] of Object.entries(environment)) if (/PASSWORD|TOKEN|SECRET/.test(variable)) expect([variable, value]).toEqual([variable, expect.stringMatching(/^\$\{/)]);
    }
    expect(text(name)).not.toMatch(/:\/\/[^/\s]+:[^/\s]+@/);
  });
});

describe('the image', () => {
  it('copies what there is, and does not run as root', () => {
    const lines = text('Dockerfile').split('\n');
    expect(lines).toContain('USER node');
    const copied = text('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(copied.filter((path) => !existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url))))).toEqual([]);
  });
});
