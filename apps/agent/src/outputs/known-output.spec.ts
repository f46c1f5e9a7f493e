import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptySnapshot, stateOf } from '../journal/journal-state.js';
import { knownOutput } from './known-output.js';

const ID = 'run~job~1';
const NAMED = { executionId: ID, runId: 'run', jobId: 'job' };

let root: string;

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'kiroku-known-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('is of executions that the journal knows, and of nothing that a path could be made of', () => {
  const state = stateOf(emptySnapshot('00000000-0000-4000-8000-000000000000'));
  mkdirSync(join(root, ID));
  expect(knownOutput(root, state, ID)).toBeUndefined();
  expect(knownOutput(root, state, '../../etc/passwd')).toBeUndefined();
});

it('is open until the wrapper has written the result, and then ending until the journal has it', () => {
  const state = stateOf({ ...emptySnapshot('00000000-0000-4000-8000-000000000000'), held: [NAMED] });
  mkdirSync(join(root, ID));
  expect(knownOutput(root, state, ID)?.phase).toBe('open');
  writeFileSync(join(root, ID, 'result'), '0 12.34 done\n');
  expect(knownOutput(root, state, ID)?.phase).toBe('ending');
  state.held.set(ID, { ...NAMED, ended: { ...NAMED, state: 'lost', sequence: 3, reason: 'gone' } });
  expect(knownOutput(root, state, ID)).toMatchObject({ phase: 'ended' });
  expect(knownOutput(root, state, ID)?.recorded('stdout')).toBeUndefined();
  state.held.delete(ID);
  state.forgotten.add(ID);
  expect(knownOutput(root, state, ID)?.phase).toBe('forgotten');
  expect(knownOutput(root, state, ID)?.path('stderr')).toBe(join(root, ID, 'stderr'));
});
